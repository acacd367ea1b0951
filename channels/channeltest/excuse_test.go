package channeltest

import (
	"slices"
	"testing"
)

func TestEveryExcuseIsFromACase(t *testing.T) {
	t.Parallel()
	for _, e := range excuses {
		if !slices.ContainsFunc(Cases, func(c Case) bool { return c.number() == e.from[:2] }) {
			t.Errorf("%s: no such case", e.from)
		}
		if e.reason == "" || !e.where(About{}) {
			t.Errorf("%s: a network that can do nothing is asked for it, or nobody says why not", e.from)
		}
	}
}
