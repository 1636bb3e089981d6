package core

// A room is where the encoded values of a request lie side by side, so that
// not each needs an allocation of its own. They are never written over.
type room struct{ used []byte }

// minRoom is the first allocation, enough for what a sign-in sets. Each further
// one is twice as large, up to maxRoom: one value that is still needed keeps
// all beside it in memory.
const (
	minRoom = 160
	maxRoom = 4 << 10
)

// encodePlain returns what encode would for the values that it knows, without
// any code of the user's.
func (r *room) encodePlain(v any) (raw []byte, ok bool) {
	size := plainSize(v)
	if size == 0 {
		return nil, false
	}
	if size > cap(r.used)-len(r.used) {
		r.used = make([]byte, 0, max(size, minRoom, min(2*cap(r.used), maxRoom)))
	}
	start := len(r.used)
	all, ok := appendPlain(r.used, v)
	if !ok {
		return nil, false
	}
	r.used = all
	return all[start:len(all):len(all)], true
}
