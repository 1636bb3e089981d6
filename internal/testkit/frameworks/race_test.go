//go:build race

package frameworks

// raced says that pools forget, as they do under the race detector.
const raced = true
