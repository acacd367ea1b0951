package channels

import (
	"encoding/json"
	"testing"
	"time"

	"parley/core"
)

// bookSettings is an adapter's settings, as one would write them.
type bookSettings struct {
	Shelf int `json:"shelf"`
	Rated
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	usual := core.Capabilities{ConversationRate: core.Rate{Calls: 1, Per: time.Second, Burst: 3}, ChannelRate: core.Rate{Calls: 9, Per: time.Second, Burst: 9}}
	for _, c := range []struct {
		name, document string
		conversation   core.Rate
		channel        core.Rate
		refused        bool
	}{
		{"without rates", `{"shelf":1}`, usual.ConversationRate, usual.ChannelRate, false},
		{"one of them", `{"shelf":1,"rates":{"conversation":{"calls":5,"seconds":2,"burst":7}}}`,
			core.Rate{Calls: 5, Per: 2 * time.Second, Burst: 7}, usual.ChannelRate, false},
		{"both", `{"rates":{"conversation":{"calls":5,"seconds":2,"burst":7},"channel":{"calls":100,"seconds":1,"burst":50}}}`,
			core.Rate{Calls: 5, Per: 2 * time.Second, Burst: 7}, core.Rate{Calls: 100, Per: time.Second, Burst: 50}, false},
		{"a rate of nothing", `{"rates":{"channel":{"calls":0,"seconds":1,"burst":1}}}`, core.Rate{}, core.Rate{}, true},
		{"a rate without a time", `{"rates":{"channel":{"calls":1,"burst":1}}}`, core.Rate{}, core.Rate{}, true},
		{"a rate that is none", `{"rates":{"channel":{"calls":1000000,"seconds":1,"burst":1}}}`, core.Rate{}, core.Rate{}, true},
		{"a time that is none", `{"rates":{"channel":{"calls":1,"seconds":1000000,"burst":1}}}`, core.Rate{}, core.Rate{}, true},
		{"an unknown member", `{"shelf":1,"colour":"red"}`, core.Rate{}, core.Rate{}, true},
		{"an unknown member of a rate", `{"rates":{"channel":{"calls":1,"seconds":1,"burst":1,"x":1}}}`, core.Rate{}, core.Rate{}, true},
		{"two documents", `{"shelf":1}{}`, core.Rate{}, core.Rate{}, true},
		{"no document", ``, core.Rate{}, core.Rate{}, true},
		{"another type", `{"shelf":"x"}`, core.Rate{}, core.Rate{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s bookSettings
			err := ReadSettings(json.RawMessage(c.document), &s)
			if err == nil {
				err = s.Rates.Check()
			}
			if c.refused {
				if core.KindOf(err) != core.Invalid {
					t.Errorf("got %v, want Invalid", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := s.Rates.Of(usual)
			if got.ConversationRate != c.conversation || got.ChannelRate != c.channel {
				t.Errorf("got %+v, want %+v and %+v", got, c.conversation, c.channel)
			}
		})
	}
}

func TestRatesAreNotWrittenWhereNoneAreSet(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(bookSettings{Shelf: 1})
	if want := `{"shelf":1}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
