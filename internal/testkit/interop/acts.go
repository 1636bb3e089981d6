package interop

// An actCase is what one side, or both, do to a session; begun on either.
type actCase struct {
	name     string
	variants []variant
	run      func(p *pair)
}

var (
	withoutRolling = []variant{plain, cas, deferred}
	withRolling    = []variant{rolling, rollingCAS}
	everyCAS       = []variant{plain, cas, rolling, rollingCAS}
)

func actCases() []actCase {
	return []actCase{
		{"read", append(everyCAS, named, deferred, weak), read},
		{"change", append(everyCAS, named, deferred, weak), change},
		{"count in turn", everyCAS, count},
		{"replace", withoutRolling, replace},
		{"set to what it is", withoutRolling, setSame},
		{"unset", everyCAS, unset},
		{"strings", withoutRolling, specialStrings},
		{"odd record", withoutRolling, oddRecord},
		{"corrupt record", withoutRolling, corrupt},
		{"64-bit integers", everyCAS, integers},
		{"roll", withRolling, roll},
		{"regenerate", append(everyCAS, named, deferred), regenerate},
		{"regenerate and keep", everyCAS, regenerateKeep},
		{"id before the regeneration", everyCAS, superseded},
		{"regenerate with the same values", withoutRolling, regenerateSame},
		{"destroy", append(everyCAS, named, deferred), destroy},
		{"expired", withoutRolling, expired},

		{"max age of one session", everyCAS, maxAge},
		{"browser session", withoutRolling, browserSession},
		{"expiry date", withoutRolling, expires},
		{"expiry date in the past", withoutRolling, expiredByDate},
		{"same site", withoutRolling, sameSite},
		{"forged signature", withoutRolling, forged},
		{"key rotated on one side", []variant{rotated}, rotatedKey},
		{"key accepted on both sides", []variant{accepted}, acceptedKey},

		{"destroyed meanwhile", withoutRolling, destroyedMeanwhile},
		{"regenerated meanwhile", withoutRolling, regeneratedMeanwhile},
		{"changed meanwhile", withoutRolling, changedMeanwhile},
		{"removed meanwhile", withoutRolling, removedMeanwhile},
		{"saved thrice", []variant{plain, cas}, savedThrice}, // under defer Koa overwrites the record with {} (D9),
		{"all at once", []variant{cas, rollingCAS}, allAtOnce},
		{"destroyed under a rolling read", withRolling, destroyedUnderRoll},
	}
}
