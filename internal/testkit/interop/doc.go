// Package interop drives one session through a real Koa app and one of ours,
// over one Redis: what a browser would do to both, in turn and at once, and
// what each of them then sends, stores and sees.
//
// The Koa app, in the folder koa, is koa-generic-session with koa-redis, from
// npm and in fixed versions. Its process listens on the loopback interface and
// ends with the test.
package interop
