package search

import (
	"context"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// A search that takes too long is given up, and can be tried again.
func TestASearchThatTakesTooLongIsBusyC15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		o := h.office()
		id := o.begin(0, "one", "Anna")
		o.say(id, "lamp")
		h.catchUp()
		h.search.Within = time.Nanosecond
		for _, q := range []Query{{Text: "lamp", In: Messages, Limit: 10}, {Text: "lamp", Limit: 10}, {Text: "lamp", In: Messages, Session: id, Limit: 10}} {
			if _, err := h.search.Find(context.Background(), o.scope(0), q); core.KindOf(err) != core.Busy {
				t.Errorf("%+v: got %v, want busy", q, err)
			}
		}
	})
}
