package koatraces

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// A walk is a trace of one scenario of random requests, as it is stored.
type walk struct {
	Name    string  `json:"name"`
	Options Options `json:"options"`
	Steps   []Step  `json:"steps"`
}

// LoadWalks returns the random walks, each a trace of its own.
func LoadWalks() ([]Trace, error) {
	packed, err := testdata.ReadFile("testdata/random.json.gz")
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("random.json.gz: %w", err)
	}
	raw, err := io.ReadAll(unpacked)
	if err != nil {
		return nil, fmt.Errorf("random.json.gz: %w", err)
	}
	return readWalks(raw)
}

// readWalks reads what record.js writes.
func readWalks(raw []byte) ([]Trace, error) {
	var walks []walk
	if err := json.Unmarshal(raw, &walks); err != nil {
		return nil, fmt.Errorf("walks: %w", err)
	}
	traces := make([]Trace, len(walks))
	for i, w := range walks {
		w.Options.fillIn()
		traces[i] = Trace{Name: w.Name, Options: w.Options, Scenarios: []Scenario{{Name: "walk", Steps: w.Steps}}}
	}
	return traces, nil
}
