package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/core"
	"parley/core/webhook"
)

// bodyFor gives what a request of the matrix says.
func (h *house) bodyFor(r route, method string) any {
	switch path := r.path[strings.LastIndex(r.path, "/")+1:]; {
	case method == "NOTE":
		return Message{ClientID: fmt.Sprint(h.ids.Next(1)), Kind: "note", Text: "for us"}
	case path == "messages":
		return Message{ClientID: fmt.Sprint(h.ids.Next(1)), Kind: "reply", Text: "for you"}
	case path == "channels":
		return NewChannel{Kind: "widget", Name: fmt.Sprint("w-", h.ids.Next(1)), Department: h.support.ID.String()}
	case path == "assign":
		return Assignment{Agent: h.anna.Agent.ID.String()}
	case path == "transfer":
		return Move{Department: h.sales.ID.String()}
	case method == "PATCH" && strings.Contains(r.path, "/sessions/"):
		return Triage{Priority: "high", AddTags: []string{"vip"}, Language: "de"}
	case method == "PATCH" && strings.Contains(r.path, "/channels/"):
		return NewKeys{Keys: map[string]string{"token": "new"}}
	case method == "PATCH" && strings.Contains(r.path, "/agents/"):
		return AbilitiesChange{Languages: []string{"de"}}
	case method == "PATCH":
		return Amendment{Text: "better"}
	case path == "permissions":
		return Giving{Given: []string{"change_settings"}}
	case method != "DELETE" && strings.Contains(r.path, "/groups"):
		return GroupChange{Name: fmt.Sprint("g", h.ids.Next(1)), Permissions: []string{}, Members: []string{}}
	case path == "hooks":
		return NewHook{Name: fmt.Sprint("h", h.ids.Next(1)), URL: nowhere, Events: []string{"session.ended"}}
	case method == "PUT" && strings.Contains(r.path, "/hooks/"):
		return HookChange{NewHook: NewHook{Name: fmt.Sprint("h", h.ids.Next(1)), URL: nowhere, Events: []string{"session.ended"}}, Enabled: true}
	case path == "replay":
		return Replay{From: "2026-03-01T12:00:00Z"}
	case path == "candidates":
		return AccountQuery{Fields: map[string]string{"name": "Carla"}}
	case path == "account" && method == "PUT":
		return AccountMatch{Account: "R1", Fields: map[string]string{"name": "Carla"}}
	case path == "account" && method == "POST":
		return NewRecord{Type: h.contact(h.support.ID).ID.String(), Fields: map[string]string{"name": fmt.Sprint(h.ids.Next(1))}}
	case path == "bindings":
		return NewBinding{"plain", BindingForm{Name: fmt.Sprint("b", h.ids.Next(1)), Keys: map[string]string{"pin": "k"}}}
	case method == "PUT" && strings.Contains(r.path, "/bindings/"):
		return BindingChange{BindingForm: BindingForm{Name: fmt.Sprint("b", h.ids.Next(1))}}
	case path == "records":
		return NewRecord{Type: h.complaint(h.support.ID).ID.String(), Fields: map[string]string{"subject": fmt.Sprint(h.ids.Next(1))}}
	case method == "PUT" && strings.Contains(r.path, "/records/"):
		return RecordFields{Fields: map[string]string{"subject": fmt.Sprint(h.ids.Next(1))}}
	case path == "record-rules":
		return NewRecordRule{h.support.ID.String(), ruleOf(h, h.support.ID)}
	case method == "PUT" && strings.Contains(r.path, "/record-rules/"):
		return RecordRuleChange{RecordRuleForm: ruleOf(h, h.support.ID)}
	case path == "dry-run":
		return RuleTrial{NewRecordRule: NewRecordRule{h.support.ID.String(), ruleOf(h, h.support.ID)}}
	case path == "record-types":
		return NewRecordType{Department: h.support.ID.String(), RecordForm: formOf(h.ids)}
	case method == "PUT" && strings.Contains(r.path, "/record-types/"):
		return RecordTypeChange{RecordForm: formOf(h.ids)}
	case path == "reaction":
		return Emoji{Emoji: "👍"}
	case path == "availability":
		return Availability{Availability: "away"}
	case path == "limit":
		return Limit{Limit: 100}
	case path == "block":
		return Block{For: "7d"}
	case path == "settings":
		return SettingsChange{Own: map[string]any{"auto_close": map[string]any{"messenger": 3600}, "accounts": map[string]any{"web": true}}}
	case path == "switch":
		return map[string]any{"on": true}
	case path == "read":
		return ReadMark{Seq: 1}
	}
	return "{}"
}

// aim puts something new of the kind that the path names into it: a session, or of one a message of its department's operator or
// its holder, or a link or a file of theirs. What customers see of a file is its key.
func (h *house) aim(path, name string) string {
	if strings.Contains(path, "{key}") {
		session := h.said(h.support, name+path, "hello")
		return strings.Replace(path, "{key}", h.keyOf(h.sent(h.anna, session, "reply", h.brought(h.anna, "a.txt", "for you"))), 1)
	}
	for kind, make := range map[string]func() (core.SessionID, *person){
		"{waiting}": func() (core.SessionID, *person) { return h.said(h.support, name+path, "hello"), h.anna },
		"{held}": func() (core.SessionID, *person) {
			id := h.said(h.support, name+path, "hello")
			h.do(h.boris, core.Take{Session: id})
			return id, h.boris
		},
		"{sales}":   func() (core.SessionID, *person) { return h.said(h.sales, name+path, "hello"), h.eve },
		"{unknown}": func() (core.SessionID, *person) { return core.SessionID(h.ids.Next(core.At(core.SystemClock()))), nil },
	} {
		if !strings.Contains(path, kind) {
			continue
		}
		session, author := make()
		if strings.Contains(path, "/account") && author != nil {
			h.contact(h.departmentOf(session))
		}
		id := session.String()
		switch {
		case strings.Contains(path, "/channels/"):
			id = h.channels[h.support.ID].ID.String()
		case strings.Contains(path, "/departments/{") && author != nil:
			id = h.support.ID.String()
		case strings.Contains(path, "/agents/{") && author == nil:
			id = core.AgentID(session).String()
		case strings.Contains(path, "/agents/{"):
			id = author.Agent.ID.String()
		case strings.Contains(path, "/groups/{") && author == nil:
			id = core.GroupID(session).String()
		case strings.Contains(path, "/groups/{"):
			g, err := h.hub.SetGroup(context.Background(), core.Actor{}, core.Group{Name: fmt.Sprint("g", h.ids.Next(1))})
			check(h.t, err)
			id = g.ID.String()
		case strings.Contains(path, "/hooks/{") && author == nil:
			id = core.HookID(session).String()
		case strings.Contains(path, "/hooks/{"):
			id = h.hooked(strings.TrimRight(name, "0123456789") + " " + path) // none that another row removes
		case strings.Contains(path, "/bindings/{") && author == nil:
			id = core.BindingID(session).String()
		case strings.Contains(path, "/bindings/{"):
			id = h.boundTo(strings.TrimRight(name, "0123456789") + " " + path).ID.String()
		case strings.Contains(path, "/record-types/{") && author == nil:
			id = core.RecordTypeID(session).String()
		case strings.Contains(path, "/record-types/{") && strings.HasPrefix(name, "DELETE"):
			id = h.typeIn(h.departmentOf(session)).ID.String()
		case strings.Contains(path, "/record-types/{"):
			id = h.complaint(h.departmentOf(session)).ID.String()
		case strings.Contains(path, "/record-rules/{") && author == nil:
			id = core.RecordRuleID(session).String()
		case strings.Contains(path, "/record-rules/{") && strings.HasPrefix(name, "DELETE"):
			id = h.ruleIn(h.support.ID).ID.String()
		case strings.Contains(path, "/record-rules/{"):
			id = h.ruled().ID.String()
		case strings.Contains(path, "/records/{") && author == nil:
			id = core.RecordID(session).String()
		case strings.Contains(path, "/records/{"):
			id = h.recorded(author, session, core.FieldValues{"subject": name}).String()
		case strings.Contains(path, "/customers/{") && author == nil:
			id = core.CustomerID(session).String()
		case strings.Contains(path, "/customers/{"):
			id = h.customerOf(session)
		case strings.Contains(path, "/links/{") && author != nil:
			id = linkID(h.linked(author, h.channels[h.support.ID], core.RemoteID("team/"+id)))
		case strings.Contains(path, "/files/{") && author == nil:
			id = core.FileID(session).String()
		case strings.Contains(path, "/files/{"):
			id = h.sent(author, session, "note", h.brought(author, "a.txt", "for us")).Media[0].File
		case strings.Contains(path, "/messages/{") && author == nil:
			id = core.EventID(session).String()
		case strings.Contains(path, "/messages/{"):
			id = h.noted(author, session).String()
		}
		return strings.Replace(path, kind, id, 1)
	}
	return path
}

// nowhere is an address where nobody answers.
const nowhere = "http://127.0.0.1:1/"

// hooked gives a hook of some name, which is made where there is none: there may not be one for each question.
func (h *house) hooked(name string) string {
	h.t.Helper()
	h.hooking.Lock() // two who ask at once get the same
	defer h.hooking.Unlock()
	all, err := h.store.Hooks(context.Background())
	check(h.t, err)
	if i := slices.IndexFunc(all, func(k core.Hook) bool { return k.Name == name }); i >= 0 {
		return all[i].ID.String()
	}
	k := core.Hook{Name: name, URL: nowhere, Events: core.HookEvents, Sealed: h.hooks.Seal(webhook.NewSecret())}
	k, err = h.hub.AddHook(context.Background(), core.Actor{}, k, "")
	check(h.t, err)
	return k.ID.String()
}
