package peers

import (
	"encoding/json"
	"time"
)

// A jsonCodec has scs store JSON, so that a lead over scs can be told from a lead over encoding/gob. JSON has one kind of
// number, so the two that the handlers ask for are decoded into what they were.
type jsonCodec struct{}

type jsonRecord[V any] struct {
	Deadline time.Time    `json:"deadline"`
	Values   map[string]V `json:"values"`
}

// Encode writes a session for the store.
func (jsonCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(jsonRecord[any]{deadline, values})
}

// Decode reads what Encode wrote.
func (jsonCodec) Decode(data []byte) (time.Time, map[string]any, error) {
	var record jsonRecord[json.RawMessage]
	if err := json.Unmarshal(data, &record); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(record.Values))
	for key, raw := range record.Values {
		v, err := decodeValue(key, raw)
		if err != nil {
			return time.Time{}, nil, err
		}
		values[key] = v
	}
	return record.Deadline, values, nil
}

func decodeValue(key string, raw json.RawMessage) (any, error) {
	switch key {
	case "user_id":
		return decodeInto[int64](raw)
	case "count":
		return decodeInto[int](raw)
	}
	return decodeInto[any](raw)
}

func decodeInto[T any](raw json.RawMessage) (any, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}
