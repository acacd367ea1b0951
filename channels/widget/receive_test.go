package widget

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"

	"parley/core"
)

// golden is a row of testdata/receive.json: what a client sends, and what becomes of it.
type golden struct {
	Name    string          `json:"name"`
	Frame   json.RawMessage `json:"frame"`
	Inbound *struct {
		Verb   core.InboundVerb `json:"verb"`
		Dedupe string           `json:"dedupe"`
		Text   string           `json:"text"`
		Rating core.Rating      `json:"rating"`
	} `json:"inbound"`
	Refused string `json:"refused"` // the field
}

func TestReceiveGolden(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/receive.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []golden
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	s := &site{live: Live{Channel: shopChannel()}}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			f, err := parse(row.Frame)
			if err == nil && (f.Type == frameMessage || f.Type == frameEnd || f.Type == frameRate) {
				err = f.check()
			}
			if e, ok := errors.AsType[*core.Error](err); ok || row.Refused != "" {
				if !ok || e.Kind != core.Invalid || e.Field != row.Refused {
					t.Fatalf("error: got %v, want invalid %s", err, row.Refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := core.Inbound{
				Channel: 7, Department: 3, Identity: "who", Conversation: "who",
				Verb: row.Inbound.Verb, Dedupe: row.Inbound.Dedupe, Content: core.Content{Text: row.Inbound.Text},
			}
			const place = 12
			switch f.Type {
			case frameSeen:
				want.Seen = place
			case frameRate:
				want.About, want.Rating = place, row.Inbound.Rating
			}
			got := s.inbound("who", f, place)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("inbound: got %+v, want %+v", got, want)
			}
			if err := got.Check(); err != nil {
				t.Errorf("Check: got %v, want nil: what is handed on can be accepted", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"type":"hello","versions":[1]}`, `{"type":"message","id":"x","text":"\ud800"}`, `null`, `{`, `{"type":5}`, "\xff",
		`{"type":"ping","type":"ping"}`, `{"type":"message","id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","text":"\ud83d\ude00\\"}`,
	} {
		f.Add([]byte(s))
	}
	s := &site{live: Live{Channel: shopChannel()}}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := parse(b)
		if err != nil {
			if core.KindOf(err) != core.Invalid && !errors.Is(err, errNoObject) {
				t.Errorf("parse(%q): got %v, want one of the two refusals", b, err)
			}
			return
		}
		var object map[string]any
		if json.Unmarshal(b, &object) != nil || object == nil {
			t.Errorf("parse(%q): got no error, want one for what is no object", b)
		}
		if frame.Type != frameMessage || frame.check() != nil {
			return
		}
		if err := s.inbound("who", frame, 0).Check(); err != nil {
			t.Errorf("parse(%q): accepted, but Check says %v", b, err)
		}
	})
}
