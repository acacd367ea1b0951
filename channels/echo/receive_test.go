package echo

import (
	"reflect"
	"strings"
	"testing"

	"parley/core"
)

var testChannel = core.Channel{ID: 7, Department: 3, Kind: Kind}

func TestReceiveSaysUpdatesInCoresWords(t *testing.T) {
	t.Parallel()
	const (
		carla = `"from":{"id":1042,"name":"Carla\nNeumann"},"date":1790000000123`
		at    = core.Time(1790000000123000)
	)
	from := func(in core.Inbound) core.Inbound {
		in.Channel, in.Department, in.Identity, in.Conversation, in.At = 7, 3, "1042", "42", at
		in.Profile.Name = "Carla Neumann"
		return in
	}
	nothing := core.Inbound{Channel: 7, Department: 3}
	for _, c := range []struct {
		name string
		raw  string
		want core.Inbound
	}{
		{"a message", `{"number":5,"message":{"id":3,"chat":42,` + carla + `,"text":"hello","reply_to":2}}`, from(core.Inbound{
			Verb: core.InboundMessage, Dedupe: "42/3", Remote: "42/3", ReplyTo: "42/2", Content: core.Content{Text: "hello"},
		})},
		{"marks, counted in UTF-16", `{"message":{"id":3,"chat":42,` + carla + `,"text":"😀 bold","marks":[{"kind":"bold","offset":3,"length":4},{"kind":"glitter","offset":0,"length":2}]}}`, from(core.Inbound{
			Verb: core.InboundMessage, Dedupe: "42/3", Remote: "42/3",
			Content: core.Content{Text: "😀 bold", Entities: []core.Entity{{Kind: core.Bold, Offset: 2, Length: 4}}},
		})},
		{"a file without words", `{"message":{"id":3,"chat":42,` + carla + `,"files":[{"id":"f1","name":"a.txt","type":"text/plain","size":12}]}}`, from(core.Inbound{
			Verb: core.InboundMessage, Dedupe: "42/3", Remote: "42/3",
			Content: core.Content{Media: []core.Media{{Kind: "file", Name: "a.txt", Type: "text/plain", Size: 12, Remote: "f1"}}},
		})},
		{"an edit", `{"edited":{"id":3,"chat":42,` + carla + `,"text":"hallo"}}`, from(core.Inbound{
			Verb: core.InboundEdit, Dedupe: "42/3/e1790000000123-" + hashOf("hallo", ""), Target: "42/3", Content: core.Content{Text: "hallo"},
		})},
		{"a deletion", `{"deleted":{"id":3,"chat":42,` + carla + `}}`, from(core.Inbound{Verb: core.InboundDelete, Dedupe: "42/3/d", Target: "42/3"})},
		{"a reaction", `{"reaction":{"id":3,"chat":42,` + carla + `,"emoji":"👍"}}`, from(core.Inbound{
			Verb: core.InboundReact, Dedupe: "42/3/r1790000000123-" + hashOf("👍"), Target: "42/3", Emoji: "👍",
		})},
		{"a customer who blocks us", `{"member":{"chat":42,` + carla + `,"status":"blocked"}}`, from(core.Inbound{
			Verb: core.InboundLost, Dedupe: "42/m1790000000123-" + hashOf("blocked"), Reason: reasonBlocked,
		})},
		{"a customer who is back", `{"member":{"chat":42,` + carla + `,"status":"unblocked"}}`, from(core.Inbound{
			Verb: core.InboundFound, Dedupe: "42/m1790000000123-" + hashOf("unblocked"),
		})},
		{"another program", `{"message":{"id":3,"chat":42,"from":{"id":7,"bot":true},"text":"hello"}}`, nothing},
		{"the network itself", `{"message":{"id":3,"chat":42,` + carla + `,"service":"joined","text":"Carla joined"}}`, nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := receive(testChannel, []byte(c.raw)).Inbound; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestReceiveKeepsAsideWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"another kind":                `{"number":5,"dice":{"value":6}}`,
		"not an object":               `[1]`,
		"cut off":                     `{"number":5,"message":{`,
		"a member of another type":    `{"message":{"id":"three","chat":42}}`,
		"no words":                    `{"message":{"id":3,"chat":42,"from":{"id":1042},"text":" \u0000"}}`,
		"a reaction that is none":     `{"reaction":{"id":3,"chat":42,"from":{"id":1042},"emoji":"no"}}`,
		"a status of another kind":    `{"member":{"chat":42,"from":{"id":1042},"status":"asleep"}}`,
		"bytes that are not UTF-8":    "\xff\xfe",
		"more than is kept":           `{"dice":"` + strings.Repeat("6", 2*core.MaxRaw) + `"}`,
		"an edit that leaves nothing": `{"edited":{"id":3,"chat":42,"from":{"id":1042},"text":""}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := receive(testChannel, []byte(raw)).Inbound
			if in.Verb != core.InboundUnknown || in.Reason == "" || in.Raw == "" || len(in.Raw) > core.MaxRaw {
				t.Errorf("got %+v, want it unknown, with a reason and what came", in)
			}
			if err := in.Check(); err != nil {
				t.Errorf("Check: got %v, want nil", err)
			}
		})
	}
}

func TestWhatIsKeptAsideIsTheSameWhenItIsToldAgain(t *testing.T) {
	t.Parallel()
	first := receive(testChannel, []byte(`{"number":5,"dice":{"value":6}}`)).Dedupe
	again := receive(testChannel, []byte(`{"dice":{"value":6},"number":9}`)).Dedupe
	other := receive(testChannel, []byte(`{"number":5,"dice":{"value":5}}`)).Dedupe
	if first != again || first == other {
		t.Errorf("got %q, told again %q, another %q", first, again, other)
	}
}

func FuzzReceiveAlwaysGivesWhatTheInboxAccepts(f *testing.F) {
	f.Add([]byte(`{"number":5,"message":{"id":3,"chat":42,"from":{"id":1042,"name":"Carla"},"date":1,"text":"a\ud800b","marks":[{"kind":"bold","offset":-1,"length":9}]}}`))
	f.Add([]byte(`{"reaction":{"id":3,"chat":42,"from":{"id":1},"emoji":"👍"}}`))
	f.Add([]byte(`{"member":{"chat":42,"from":{"id":1},"status":"blocked"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := receive(testChannel, raw)
		if h.Verb == "" {
			return
		}
		if err := h.Check(); err != nil {
			t.Errorf("Check: got %v, want nil", err)
		}
	})
}
