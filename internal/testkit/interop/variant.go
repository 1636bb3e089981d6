package interop

import "time"

// The keys that sign cookies. Each has the length that core.Options demands.
const (
	oldKey = "the key that signed until today"
	newKey = "the key that signs from today on"
)

// A variant is how both sides of a pair are set up.
type variant struct {
	name string
	// key, prefix and ttl are the options of that name, on both sides.
	key, prefix string
	ttl         time.Duration
	// rolling is the option of that name, and deferred is defer, on both sides.
	rolling, deferred bool
	// cas puts examples/koa-store/cas-store.js under the Koa app.
	cas bool
	// koaKeys and goKeys are the signing keys, newest first.
	koaKeys, goKeys []string
	// weak says that the keys are as they should not be.
	weak bool
}

var (
	plain      = like("plain", variant{})
	cas        = like("cas", variant{cas: true})
	rolling    = like("rolling", variant{rolling: true})
	rollingCAS = like("rolling cas", variant{rolling: true, cas: true})
	named      = like("named", variant{key: "shop.session", prefix: "shop:", ttl: time.Hour})
	deferred   = like("deferred", variant{deferred: true})
	weak       = like("weak keys", variant{koaKeys: []string{"hello"}, goKeys: []string{"hello"}, weak: true})
	// rotated is a fleet in which only Go has the new key.
	rotated = like("rotated", variant{koaKeys: []string{oldKey}})
	// accepted is one in which Koa accepts the new key and signs with the old.
	accepted = like("accepted", variant{koaKeys: []string{oldKey, newKey}})

	variants = []variant{plain, cas, rolling, rollingCAS, named, deferred, weak, rotated, accepted}
)

// like fills in what a variant has in common with the others.
func like(name string, v variant) variant {
	v.name = name
	if v.key == "" {
		v.key, v.prefix = "koa.sid", "koa:sess:"
	}
	if v.koaKeys == nil {
		v.koaKeys = []string{newKey, oldKey}
	}
	if v.goKeys == nil {
		v.goKeys = []string{newKey, oldKey}
	}
	return v
}
