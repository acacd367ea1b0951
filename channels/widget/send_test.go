package widget

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/core"
)

func TestFramesToTheClientByteForByte(t *testing.T) {
	t.Parallel()
	at := core.At(time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC))
	const when = `"at":"2026-01-02T03:04:05.000678Z"`
	one := func(e core.VisitorEvent) core.VisitorFrame {
		e.At = at
		return core.VisitorFrame{After: "A", Cursor: "C", Events: []core.VisitorEvent{e}}
	}
	continued := func(event string) string {
		return `{"type":"events","after":"A","cursor":"C","events":[{` + event + `}]}`
	}
	tests := map[string]struct {
		got  []byte
		want string
	}{
		"welcome": {welcome("T", "Support", Texts{}, false), `{"type":"welcome","version":1,"token":"T","department":"Support"}`},
		"a department's name is any text": {
			welcome("T", "Ein \"Team\" \\ </script>\u2028", Texts{}, false),
			`{"type":"welcome","version":1,"token":"T","department":"Ein \"Team\" \\ </script>\u2028"}`,
		},
		"it has texts of its own": {
			welcome("T", "Support", Texts{Title: "Halden", Greeting: "Good day \"you\""}, false),
			`{"type":"welcome","version":1,"token":"T","department":"Support","title":"Halden","greeting":"Good day \"you\""}`,
		},
		"files may be sent": {welcome("T", "Support", Texts{}, true), `{"type":"welcome","version":1,"token":"T","department":"Support","max_file":26214400}`},
		"a message with files": {
			events(one(core.VisitorEvent{Kind: core.EventMessage, Name: "Anna", Ref: "R", Media: []core.Media{
				{Kind: "photo", Name: "a.png", Type: "image/png", Size: 7, File: 5, Key: "K", State: core.FileReady, Remote: "secret", Sent: core.Queued},
				{Kind: "file", Name: "b.pdf", File: 6, Key: "L", State: core.FilePending},
				{Kind: "file", Name: "c.exe", File: 7, Key: "M", State: core.FileRefused, Reason: "The file is empty."},
				{Kind: "location", Name: "1, 2"},
			}})),
			continued(`"kind":"message",` + when + `,"ref":"R","name":"Anna","media":[` +
				`{"kind":"photo","id":"` + core.FileID(5).String() + `","name":"a.png","type":"image/png","size":7,"state":"ready","url":"/widget/v1/files/K"},` +
				`{"kind":"file","id":"` + core.FileID(6).String() + `","name":"b.pdf","state":"pending"},` +
				`{"kind":"file","id":"` + core.FileID(7).String() + `","name":"c.exe","state":"refused"},` +
				`{"kind":"location","name":"1, 2"}]`),
		},
		"a file has come": {
			events(one(core.VisitorEvent{Kind: core.EventFile, About: "R", Media: []core.Media{{Kind: "file", File: 6, Key: "L", State: core.FileReady}}})),
			continued(`"kind":"file",` + when + `,"about":"R","media":[{"kind":"file","id":"` + core.FileID(6).String() + `","state":"ready","url":"/widget/v1/files/L"}]`),
		},
		"ack":    {ack(id(1)), `{"type":"ack","id":"` + id(1) + `"}`},
		"read":   {read("r1"), `{"type":"read","about":"r1"}`},
		"typing": {typing("Anna"), `{"type":"typing","name":"Anna"}`},
		"pong":   {pong, `{"type":"pong"}`},
		"an empty snapshot": {
			events(core.VisitorFrame{Cursor: "C", Start: "S"}), `{"type":"events","cursor":"C","start":"S","more":false,"events":[]}`,
		},
		"a snapshot": {
			events(core.VisitorFrame{Cursor: "C", Start: "S", More: true, Events: []core.VisitorEvent{
				{Kind: core.EventStarted, At: at}, {Kind: core.EventTaken, At: at, Name: "Anna"},
			}}),
			`{"type":"events","cursor":"C","start":"S","more":true,"events":[{"kind":"started",` + when + `},{"kind":"taken",` + when + `,"name":"Anna"}]}`,
		},
		"older": {
			older(core.VisitorFrame{Start: "S", Events: []core.VisitorEvent{{Kind: core.EventJoined, At: at, Name: "Anna"}}}),
			`{"type":"older","start":"S","more":false,"events":[{"kind":"joined",` + when + `,"name":"Anna"}]}`,
		},
		"an own message": {
			events(one(core.VisitorEvent{Kind: core.EventMessage, Mine: true, ClientID: id(1), Text: "hi"})),
			continued(`"kind":"message",` + when + `,"mine":true,"id":"` + id(1) + `","text":"hi"`),
		},
		"an agent's message": {
			events(one(core.VisitorEvent{Kind: core.EventMessage, Name: "Anna", Text: "hi"})),
			continued(`"kind":"message",` + when + `,"name":"Anna","text":"hi"`),
		},
		"the customer ended": {
			events(one(core.VisitorEvent{Kind: core.EventEnded, Mine: true, Outcome: core.CompletedByCustomer})),
			continued(`"kind":"ended",` + when + `,"outcome":"completed_by_customer"`),
		},
		"an agent ended": {
			events(one(core.VisitorEvent{Kind: core.EventEnded, Name: "Anna", Outcome: core.CompletedByOperator})),
			continued(`"kind":"ended",` + when + `,"outcome":"completed_by_operator","name":"Anna"`),
		},
		"a block, not by whom": {
			events(one(core.VisitorEvent{Kind: core.EventBlocked, Name: "Anna", Until: at})),
			continued(`"kind":"blocked",` + when + `,"until":"2026-01-02T03:04:05.000678Z"`),
		},
		"a block for good": {
			events(one(core.VisitorEvent{Kind: core.EventBlocked, Name: "Anna"})), continued(`"kind":"blocked",` + when),
		},
		"a rating": {
			events(one(core.VisitorEvent{Kind: core.EventRated, Mine: true, ClientID: id(1), About: "R", Rating: core.Bad, Text: "too slow"})),
			continued(`"kind":"rated",` + when + `,"about":"R","rating":"bad","comment":"too slow"`),
		},
		"a rating is taken back": {
			events(one(core.VisitorEvent{Kind: core.EventRated, Mine: true, ClientID: id(1), About: "R"})), continued(`"kind":"rated",` + when + `,"about":"R"`),
		},
		"its end": {
			events(one(core.VisitorEvent{Kind: core.EventUnblocked, Name: "Anna"})), continued(`"kind":"unblocked",` + when),
		},
		"line ends, quotes and control characters": {
			events(one(core.VisitorEvent{Kind: core.EventMessage, Name: "A", Text: "a\r\n\t\"\\\x01\x1f\x7f\u2028\u2029é😀"})),
			continued(`"kind":"message",` + when + `,"name":"A","text":"a\r\n\t\"\\\u0001\u001f` + "\x7f" + `\u2028\u2029é😀"`),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if string(tt.got) != tt.want {
				t.Errorf("frame:\n got %s\nwant %s", tt.got, tt.want)
			}
			if !json.Valid(tt.got) {
				t.Errorf("frame: got %s, want valid JSON", tt.got)
			}
		})
	}
}

// TestNothingTellsAnEventsNumber holds that notes cannot be counted: what is shown has neither seq nor log id.
func TestNothingTellsAnEventsNumber(t *testing.T) {
	t.Parallel()
	b := events(core.VisitorFrame{After: "A", Cursor: "C", Events: []core.VisitorEvent{
		{Kind: core.EventMessage, At: 1, Mine: true, ClientID: id(1), Name: "N", Text: "T"}, {Kind: core.EventEnded, At: 2, Outcome: core.CompletedByOperator, Name: "N"},
	}})
	var frame struct {
		Events []map[string]any `json:"events"`
	}
	if err := json.Unmarshal(b, &frame); err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"kind": true, "at": true, "mine": true, "id": true, "name": true, "text": true, "outcome": true}
	for _, e := range frame.Events {
		for member := range e {
			if !allowed[member] {
				t.Errorf("event: got a member %q, want none but %v", member, allowed)
			}
		}
	}
}

// checkString holds appendString to encoding/json: decoding gives what encoding/json would let through.
func checkString(t *testing.T, s string) {
	t.Helper()
	b := appendString(nil, s)
	if !utf8.Valid(b) || strings.ContainsAny(string(b), "\u2028\u2029") {
		t.Errorf("appendString(%q): got %q", s, b)
	}
	var got, want string
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatalf("appendString(%q): got %q: %v", s, b, err)
	}
	reference, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(reference, &want); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("appendString(%q): decoded to %q, want %q", s, got, want)
	}
}

func TestAppendStringLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x2100; r++ {
		checkString(t, "a"+string(r)+"b")
	}
	for _, s := range []string{"", "\xff", "a\xffb\xfe", "\xe2\x80", "\xed\xa0\x80", "\uFFFD", "😀\U0010FFFF", "\u2028", "</script>"} {
		checkString(t, s)
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("plain")
	f.Add("\xff\u2028\"\\\n")
	f.Fuzz(checkString)
}

func BenchmarkEvents(b *testing.B) {
	f := core.VisitorFrame{After: strings.Repeat("a", 22), Cursor: strings.Repeat("b", 22), Events: []core.VisitorEvent{
		{Kind: core.EventMessage, At: 1_700_000_000_000_000, Name: "Anna", Text: "Your parcel left our house this morning and arrives tomorrow."},
	}}
	b.ReportAllocs()
	for b.Loop() {
		events(f)
	}
}
