package koatraces

import (
	"fmt"
	"reflect"
)

// An Expectation is what the suite has to do in one scenario.
type Expectation struct {
	Trace    *Trace
	Scenario *Scenario
	Outcomes []Outcome
	// Met are the differences that make these outcomes of what Koa did: each
	// changes something here, and together they change everything that has
	// changed.
	Met []Difference
}

// Expect returns the expectations for all scenarios of the traces. The error says that the
// Model is not Koa, or that there is a change that the differences met do not
// make; either is a fault of the Model.
func Expect(traces []Trace) ([]Expectation, error) {
	var expectations []Expectation
	for i := range traces {
		for j := range traces[i].Scenarios {
			e, err := expect(&traces[i], &traces[i].Scenarios[j])
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", traces[i].Name, traces[i].Scenarios[j].Name, err)
			}
			expectations = append(expectations, e)
		}
	}
	return expectations, nil
}

func expect(t *Trace, s *Scenario) (Expectation, error) {
	recorded := Model{Options: t.Options}.Run(*s)
	for i, step := range s.Steps {
		if koa, model := step.Outcome.String(), recorded[i].String(); koa != model {
			return Expectation{}, fmt.Errorf("%s: the model is not Koa\nrecorded:\n%smodel:\n%s", step.Request.Get, koa, model)
		}
	}
	run := func(ds []Difference) []Outcome { return Model{t.Options.ForUs(), ds}.Run(*s) }
	e := Expectation{Trace: t, Scenario: s, Outcomes: run(all)}
	koa := run(nil)
	for _, d := range all {
		if !reflect.DeepEqual(koa, run([]Difference{d})) || !reflect.DeepEqual(e.Outcomes, run(without(all, d))) {
			e.Met = append(e.Met, d)
		}
	}
	if !reflect.DeepEqual(e.Outcomes, run(e.Met)) {
		return e, fmt.Errorf("the differences met, %v, do not make ours of Koa's", e.Met)
	}
	return e, nil
}
