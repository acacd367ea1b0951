package core

import (
	"strings"
	"testing"
)

func TestG5_ChangesNameTheMembersThatDiffer(t *testing.T) {
	t.Parallel()
	type member struct {
		Site  int    `json:"site,omitempty"`
		Words string `json:"words,omitempty"`
	}
	type document struct {
		Close member            `json:"close"`
		Names []string          `json:"names,omitempty"`
		Hash  Secret            `json:"hash,omitempty"`
		Roles map[string]string `json:"roles,omitempty"`
	}
	long := strings.Repeat("ä", 5000)
	for name, c := range map[string]struct {
		before, after any
		want          string
	}{
		"nothing":                 {document{Names: []string{"a"}}, document{Names: []string{"a"}}, ``},
		"one of many":             {document{Close: member{1800, "bye"}}, document{Close: member{900, "bye"}}, `{"close.site":{"before":1800,"after":900}}`},
		"what was not there":      {nil, document{Close: member{Site: 900}}, `{"close.site":{"after":900}}`},
		"what is not there now":   {document{Names: []string{"a"}}, nil, `{"names":{"before":["a"]}}`},
		"a list":                  {document{Names: []string{"a"}}, document{Names: []string{"a", "b"}}, `{"names":{"before":["a"],"after":["a","b"]}}`},
		"a map":                   {document{Roles: map[string]string{"x": "1"}}, document{Roles: map[string]string{"x": "1", "y": "2"}}, `{"roles.y":{"after":"2"}}`},
		"a secret":                {document{Hash: "CANARY-1"}, document{Hash: "CANARY-2"}, ``},
		"off":                     {map[string]bool{"files": true}, map[string]bool{"files": false}, `{"files":{"before":true,"after":false}}`},
		"a member that is null":   {map[string]any{"a": nil}, map[string]any{}, ``},
		"what is no document":     {make(chan int), nil, ``},
		"a text that is too long": {nil, document{Close: member{Words: long}}, `{"close.words":{"after":"\"` + long[:4094] + `… (10002 bytes)"}}`},
	} {
		if got := ChangesOf(c.before, c.after).Text(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	many := map[string]string{}
	for i := range 30 {
		many[strings.Repeat("k", i+1)] = long
	}
	if got := ChangesOf(nil, many).Text(); len(got) > maxAuditChanges || !strings.HasPrefix(got, `{"too_long":{"after":"k, kk, kkk`) {
		t.Errorf("very much: got %d bytes, %.60s", len(got), got)
	}
}

// Whose transcripts are whose: FEATURES G5, G2.
func TestG5_WhatIsForeignToRead(t *testing.T) {
	t.Parallel()
	agent := func(r Role) Actor { return Actor{Agent: Agent{ID: 1}, Roles: Roles{5: r}} }
	held := func(state State, by AgentID) Session { return Session{Department: 5, State: state, Assignee: by} }
	for name, c := range map[string]struct {
		s    Session
		who  Actor
		mine Participant
		want bool
	}{
		"an operator, in the queue":               {held(Waiting, 0), agent(Operator), Participant{}, false},
		"both, in the queue":                      {held(Waiting, 0), agent(Operator | Supervisor), Participant{}, false},
		"a supervisor, in the queue":              {held(Waiting, 0), agent(Supervisor), Participant{}, true},
		"the assignee":                            {held(Active, 1), agent(Operator), Participant{}, false},
		"the assignee, before they join":          {held(Pending, 1), agent(Operator), Participant{}, false},
		"who held it when it ended":               {held(Over, 1), agent(Operator), Participant{}, false},
		"a participant":                           {held(Active, 2), agent(Operator), Participant{JoinedAt: 3}, false},
		"a supervisor who joined":                 {held(Active, 2), agent(Supervisor), Participant{JoinedAt: 3}, false},
		"who was in it":                           {held(Over, 2), agent(Operator), Participant{JoinedAt: 3, LeftAt: 4}, false},
		"who only read it":                        {held(Active, 2), agent(Operator), Participant{ReadSeq: 9}, true},
		"a colleague":                             {held(Active, 2), agent(Operator), Participant{}, true},
		"a colleague, before the assignee joins":  {held(Pending, 2), agent(Operator), Participant{}, true},
		"a colleague, after its end":              {held(Over, 2), agent(Operator), Participant{}, true},
		"an operator, of what ended in the queue": {held(Over, 0), agent(Operator), Participant{}, true},
		"a supervisor":                            {held(Active, 2), agent(Supervisor), Participant{}, true},
		"an operator elsewhere, in this queue":    {Session{Department: 6, State: Waiting}, agent(Operator), Participant{}, true},
	} {
		if got := Foreign(c.s, c.who, c.mine); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
