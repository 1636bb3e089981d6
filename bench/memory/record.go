package memory

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// prefix is what the engine puts before an id by default.
const prefix = "koa:sess:"

// key returns the store's key of the i-th session. It looks random, as those of real ids do, and is made anew with each call: a
// list of a million keys would itself be work for the garbage collector.
func key(i int) string {
	var id [24]byte
	for j := range 3 {
		binary.LittleEndian.PutUint64(id[8*j:], mixed(uint64(3*i+j)))
	}
	var text [len(prefix) + 32]byte
	copy(text[:], prefix)
	base64.RawURLEncoding.Encode(text[len(prefix):], id[:])
	return string(text[:])
}

// mixed spreads numbers that follow each other over all 64 bits. It is the finalizer of SplitMix64.
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// newRecord returns the workload's session as the engine stores it.
func newRecord() ([]byte, error) {
	site, err := newSite(memorystore.Options{}, false)
	if err != nil {
		return nil, err
	}
	defer site.close()
	cookies, err := site.firstVisit()
	if err != nil {
		return nil, err
	}
	_, id, _ := strings.Cut(cookies, "=")
	id, _, _ = strings.Cut(id, ";")
	record, found, err := site.store.Get(context.Background(), prefix+id)
	if err == nil && !found {
		err = errors.New("memory: the first visit has left no record")
	}
	return record, err
}
