package web

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// The frames of the stream, as STREAM.md tells.
type (
	// HelloFrame comes first.
	HelloFrame struct {
		Type    string `json:"type" enum:"hello"`
		Cursor  string `json:"cursor"`
		Resumed bool   `json:"resumed"`
	}
	// EventsFrame continues from After to Cursor.
	EventsFrame struct {
		Type   string  `json:"type" enum:"events"`
		After  string  `json:"after"`
		Cursor string  `json:"cursor"`
		Events []Event `json:"events" nullable:"false"`
	}
	// FollowingFrame answers a follow.
	FollowingFrame struct {
		Type     string   `json:"type" enum:"following"`
		Sessions []string `json:"sessions" nullable:"false"`
		Cursor   string   `json:"cursor"`
	}
	// SummariesFrame has rows of sessions that changed, and counters if they did.
	SummariesFrame struct {
		Type     string    `json:"type" enum:"summaries"`
		Sessions []Session `json:"sessions,omitempty" nullable:"false"`
		Counters *Counters `json:"counters,omitempty"`
	}
	// GoneSession stands among summaries for a session that is no longer to be seen.
	GoneSession struct {
		ID   string `json:"id"`
		Gone bool   `json:"gone" enum:"true"`
	}
	// TypingFrame tells that somebody writes.
	TypingFrame struct {
		Type    string `json:"type" enum:"typing"`
		Session string `json:"session"`
		By      string `json:"by" enum:"customer,agent"`
		Agent   string `json:"agent,omitempty"`
		Name    string `json:"name,omitempty"`
	}
	// ChangedFrame tells that settings or people are others now.
	ChangedFrame struct {
		Type string `json:"type" enum:"changed"`
		What string `json:"what" enum:"department,agent,channel,presence,group"`
	}
	// PongFrame answers a ping.
	PongFrame struct {
		Type string `json:"type" enum:"pong"`
	}
	// ClientFrame is what a client sends.
	ClientFrame struct {
		Type     string   `json:"type" enum:"follow,typing,ping"`
		Sessions []string `json:"sessions,omitempty" maxItems:"50" nullable:"false" doc:"of follow"`
		Session  string   `json:"session,omitempty" doc:"of typing"`
	}
)

// TransformSchema says that a summary may be that of a session that is gone.
func (SummariesFrame) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	rows := s.Properties["sessions"]
	rows.Items = &huma.Schema{AnyOf: []*huma.Schema{rows.Items, r.Schema(reflect.TypeFor[GoneSession](), true, "")}}
	return s
}

// encode makes a frame's text. Nothing in it is HTML: escaping as if it were would make some characters six times as long.
func encode(frame any) []byte {
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	if err := to.Encode(frame); err != nil { // frames are strings and numbers
		panic(err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

var pong = encode(PongFrame{"pong"})

// eventsText is an EventsFrame of events that are encoded already.
func eventsText(after, cursor string, events [][]byte) []byte {
	size := 100
	for _, e := range events {
		size += len(e) + 1
	}
	text := make([]byte, 0, size)
	text = append(text, `{"type":"events","after":"`...)
	text = append(text, after...)
	text = append(text, `","cursor":"`...)
	text = append(text, cursor...)
	text = append(text, `","events":[`...)
	text = appendAll(text, events)
	return append(text, "]}"...)
}

// summariesText is a SummariesFrame of rows that are encoded already. Either may be missing.
func summariesText(rows [][]byte, counters []byte) []byte {
	text := []byte(`{"type":"summaries"`)
	if len(rows) > 0 {
		text = append(text, `,"sessions":[`...)
		text = appendAll(text, rows)
		text = append(text, ']')
	}
	if counters != nil {
		text = append(text, `,"counters":`...)
		text = append(text, counters...)
	}
	return append(text, '}')
}

func appendAll(text []byte, parts [][]byte) []byte {
	for i, p := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, p...)
	}
	return text
}
