package storetest_test

import (
	"fmt"

	memorystore "github.com/go-holdall/holdall/stores/memory"
	"github.com/go-holdall/holdall/stores/storetest"
)

func ExampleCheck() {
	err := storetest.Check(storetest.Harness{
		New: func() (storetest.Store, error) {
			return memorystore.New(memorystore.Options{})
		},
		Require: []storetest.Capability{
			storetest.Touch, storetest.GetTouch, storetest.Swap, storetest.Close,
		},
	})
	fmt.Println(err)
	// Output: <nil>
}
