package koatraces

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// A Koa is a Node with the real library.
type Koa struct {
	// Node is the program, Folder has record.js, and Modules what that
	// requires.
	Node, Folder, Modules string
}

// Record plays walks to the library, and returns them with the outcomes.
func (k Koa) Record(ctx context.Context, walks []Trace) ([]Trace, error) {
	input := make([]walk, len(walks))
	for i, t := range walks {
		input[i] = walk{Name: t.Name, Options: t.Options, Steps: t.Scenarios[0].Steps}
	}
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, k.Node, filepath.Join(k.Folder, "record.js"))
	cmd.Env = append(os.Environ(), "NODE_PATH="+k.Modules, "NODE_ENV=test")
	cmd.Stdin = bytes.NewReader(raw)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	recorded, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("record.js: %w\n%s", err, stderr.Bytes())
	}
	return readWalks(recorded)
}
