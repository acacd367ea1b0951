package main

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// What a visitor's browser and the program say to each other: channels/widget/PROTOCOL.md.

// visitorFrame is a frame of the program; each type has its own members of these.
type visitorFrame struct {
	Type         string         `json:"type"`
	Token        string         `json:"token"`
	After        *string        `json:"after"`
	Cursor       string         `json:"cursor"`
	Start        string         `json:"start"`
	More         bool           `json:"more"`
	Events       []visitorEvent `json:"events"`
	ID           string         `json:"id"`
	Kind         string         `json:"kind"`
	Reason       string         `json:"reason"`
	RetryAfterMS int            `json:"retry_after_ms"`
}

// visitorEvent is something that a visitor is shown.
type visitorEvent struct {
	Kind    string `json:"kind"`
	Mine    bool   `json:"mine"`
	ID      string `json:"id"`
	Text    string `json:"text"`
	Outcome string `json:"outcome"`
	Ref     string `json:"ref"`
	About   string `json:"about"`
	Deleted bool   `json:"deleted"`
}

// clientFrame is a frame of the visitor's.
type clientFrame struct {
	Type     string `json:"type"`
	Versions []int  `json:"versions,omitempty"`
	Token    string `json:"token,omitempty"`
	After    string `json:"after,omitempty"`
	ID       string `json:"id,omitempty"`
	Text     string `json:"text,omitempty"`
	Before   string `json:"before,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
}

func (f clientFrame) encode() []byte {
	b, err := json.Marshal(f)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	return b
}

func hello(token, after string) []byte {
	return clientFrame{Type: "hello", Versions: []int{1}, Token: token, After: after}.encode()
}

// dialVisitor opens a visitor's socket from the shop's page.
func dialVisitor(addr, channel string, take func([]byte)) (*line, error) {
	return dial("ws://"+addr+"/widget/v1/socket?channel="+channel, http.Header{"Origin": {origin}}, take)
}

// newID is a message's id, as a browser makes it.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil { // only when there are no random numbers
		panic(err)
	}
	return id.String()
}
