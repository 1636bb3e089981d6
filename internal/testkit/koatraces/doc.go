// Package koatraces compares the suite with the real koa-generic-session.
//
// testdata has what the real library did over HTTP: twenty sets of options,
// the same 39 scenarios under each, and 700 random walks. The package has a
// Model of the library in which every intended Difference is a switch of its
// own. With all of them off the Model does what the traces say, step by step;
// so it is a model of Koa. With all of them on it says what the suite has to
// do, and the suite, replayed under each framework, has to do exactly that.
// What lies between the two is then the work of the numbered differences and
// of nothing else.
//
// koa has the program that records walks, and Record asks it for new ones.
package koatraces
