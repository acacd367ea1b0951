package outbox_test

import (
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// What a backup owes may have been sent after it was made: what cannot be done twice without being seen twice is not done again, but shown
// as uncertain (DESIGN 4.2). What comes afterwards goes out.
func TestWhatWasRestoredIsNotSentAgainH4(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		can   core.Capabilities
		sees  []string
		state core.DeliveryState
	}{
		"a channel that finds nothing": {core.Capabilities{EditOut: true}, []string{"edit changed", "send new"}, core.MaySent},
		"a channel that finds":         {core.Capabilities{EditOut: true, Finds: true}, []string{"send first", "edit changed", "send second", "send new"}, core.Sent},
		"a channel that cannot edit":   {core.Capabilities{}, []string{"send new"}, core.MaySent},
	} {
		before := open(t, storetest.SQLite(t))
		s := before.session(channel, "carla")
		said := before.say(s, "it")
		r := before.run(&adapter{can: tt.can})
		before.became(said, core.Sent)
		before.drained()
		r.end()
		first := before.say(s, "first")
		before.edit(said, "changed")
		second := before.say(s, "second")

		after := over(t, func(clock core.Clock) *store.Store {
			return storetest.Restored(t, before.store, storetest.SQLite(t), clock)
		})
		a := &adapter{can: tt.can, parts: 100}
		r = after.run(a)
		after.drained()
		after.became(first, tt.state)
		after.became(second, tt.state)
		if got := after.message(first).Reason; tt.state == core.MaySent && !strings.Contains(got, "restored from a backup") {
			t.Errorf("%s: got the reason %q", name, got)
		}
		after.became(after.say(s, "new"), core.Sent)
		if got := a.sees("carla"); !slices.Equal(got, tt.sees) {
			t.Errorf("%s: the customer sees %q, want %q", name, got, tt.sees)
		}
		for _, o := range a.asked() {
			if o.Verb == core.OutSend && o.Content.Text != "new" && !o.Again {
				t.Errorf("%s: %q is sent without a look whether it was", name, o.Content.Text)
			}
		}
		r.end()
	}
}
