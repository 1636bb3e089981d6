// Package redisstore keeps session records in Redis, or in a server that
// speaks its protocol, such as Valkey: a single server, a master behind
// Sentinels, or a Cluster, from version 6.2 on.
//
//	store, err := redisstore.Open("redis://localhost:6379/0", redisstore.Options{})
//	// …
//	defer store.Close()
//	mw := nethttpadapter.New(core.Options{SigningKeys: keys, Store: store})
//
// A record is stored as it is, a string under its key, as koa-redis stores it:
// the two can share a server and its sessions. It always has an expiry.
//
// # Round trips
//
// Each method is one command. A session that is read costs one round trip,
// one that is changed two. What was read is compared with what is there when
// the change is saved, so that no change of another request is overwritten and
// no session that was destroyed meanwhile comes back: by the server itself if
// it can (SET with IFEQ: Redis 8.4, Valkey 8.1), by a script if not. The store
// finds out by trying.
//
// # Outages
//
// While a server is away requests wait for it, as long as
// core.Options.ReconnectTimeout says; then they fail at once, until it is back.
// The store judges the errors of its own commands. The first one that speaks
// of the server, not of the command, starts a probe, which ends when the
// server is back; while all is well there is no goroutine, no timer and no
// PING. A part of a Cluster that is down does not keep requests waiting for
// sessions elsewhere.
//
// No command whose repetition could do harm is sent twice by go-redis, however
// its client is set up. When a reply is lost the engine, which knows what it
// asked for, finds out what became of it.
//
// Redis replicates behind its back: what was saved right before a failover may
// be lost with the old master, be it a sign-out.
//
// # Many requests at once
//
// With [Options].Pipelining the commands of requests that are under way at the
// same time share connections, and all that is said here holds for them too.
//
// # Deadlines
//
// A call returns when its context's deadline is over, also with Pipelining or
// if the client was made without ContextTimeoutEnabled, both of which know no
// deadlines; such calls then cost a goroutine each.
// go-redis cannot be interrupted otherwise: a call whose context is cancelled
// may return only with the reply, or after the client's ReadTimeout.
//
// # Errors and logs
//
// No error of this package has a key, an id or a record in its text. go-redis
// logs lost connections, without any of them, to the standard logger; to have
// that elsewhere call redis.SetLogger. Do not print commands in a hook: their
// String has the key and the record.
package redisstore
