package core

import (
	"encoding/json"
	"reflect"
	"testing"
)

// What is kept aside is kept as JSON.
func TestAnInboundSurvivesItsWriting(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Inbound{
		"an edit": {
			Channel: 5, Department: 7, Verb: InboundEdit, Dedupe: "42/7/e1", At: 1_790_000_000_000_001, Identity: "42", Conversation: "42",
			Profile: Profile{Name: "Carla"}, Content: Content{Text: "a\u2028", Entities: []Entity{{Kind: Bold, Length: 1}}}, Target: "42/7",
		},
		"next to nothing": {Verb: InboundUnknown, Raw: "{", Reason: "is broken"},
	} {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got Inbound
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, in) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, in)
		}
	}
}
