package core

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"sync"
)

// signatureLen is the length of a signature: 20 bytes in base64url without
// padding.
const signatureLen = 27

// A signer signs cookies as the keygrip package of Node does: HMAC-SHA1 over
// "name=value", in base64url without padding. The first key signs, all of
// them verify. SHA-1 is what the signature has to be for a Koa app to accept
// it; as an HMAC it is unbroken.
type signer struct {
	macs []sync.Pool // of *mac, one pool for each key
}

// A mac is a keyed hash and the buffers that it needs.
type mac struct {
	hash hash.Hash
	text []byte
	sum  [sha1.Size]byte
	sig  [signatureLen]byte
}

func newSigner(keys []string) *signer {
	s := &signer{macs: make([]sync.Pool, len(keys))}
	for i, key := range keys {
		s.macs[i].New = func() any { return &mac{hash: hmac.New(sha1.New, []byte(key))} }
	}
	return s
}

// appendSignature appends the signature of a cookie under the newest key.
func (s *signer) appendSignature(b []byte, name, value string) []byte {
	m := s.macs[0].Get().(*mac)
	defer s.macs[0].Put(m)
	m.compute(name, value)
	return append(b, m.sig[:]...)
}

// verify returns which key made one of the signatures of a cookie, and that
// signature. It returns -1 if none did. Signatures are compared as text, so
// that no second spelling of one is accepted, and in constant time.
func (s *signer) verify(name, value string, sigs []string) (key int, sig string) {
	for i := range s.macs {
		m := s.macs[i].Get().(*mac)
		m.compute(name, value)
		for _, sig := range sigs {
			if len(sig) == signatureLen && m.matches(sig) {
				s.macs[i].Put(m)
				return i, sig
			}
		}
		s.macs[i].Put(m)
	}
	return -1, ""
}

func (m *mac) compute(name, value string) {
	m.text = append(append(append(m.text[:0], name...), '='), value...)
	m.hash.Reset()
	m.hash.Write(m.text)
	base64.RawURLEncoding.Encode(m.sig[:], m.hash.Sum(m.sum[:0]))
}

func (m *mac) matches(sig string) bool {
	m.text = append(m.text[:0], sig...)
	return subtle.ConstantTimeCompare(m.sig[:], m.text) == 1
}
