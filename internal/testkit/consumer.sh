#!/bin/sh
# Builds a program outside the repository, and outside its workspace, against
# every module as it stands, the way a user's build sees them.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
app=$(mktemp -d)
trap 'rm -rf "$app"' EXIT
cd "$app"
export GOWORK=off
go mod init example.test/consumer 2>/dev/null
base=github.com/go-holdall/holdall
go mod edit -replace "$base=$root" -require "$base@v0.0.0"
for adapter in echo gin fiber; do
	go mod edit -replace "$base/adapters/$adapter=$root/adapters/$adapter" -require "$base/adapters/$adapter@v0.0.0"
done
go mod edit -replace "$base/stores/redis=$root/stores/redis" -require "$base/stores/redis@v0.0.0"
cat >main.go <<'GO'
package main

import (
	"fmt"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

func main() {
	store, err := redisstore.Open("redis://127.0.0.1:6379", redisstore.Options{})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	e := core.Must(core.New(core.Options{SigningKeys: []string{"a key of the consumer"}, Store: store}))
	defer e.Close()
	fmt.Println(echoadapter.Middleware(e) != nil, ginadapter.Middleware(e) != nil, fiberadapter.Middleware(e) != nil, nethttpadapter.Middleware(e) != nil)
}
GO
go mod tidy
go run .
