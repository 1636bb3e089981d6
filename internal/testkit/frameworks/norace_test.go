//go:build !race

package frameworks

const raced = false
