package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is created in Slack is created in Parley, once, and everybody sees how far it has come.
func TestRecordsInSlackS6F1(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	c := s.customer(401, "My lamp is broken, I am carla@example.test")
	if _, there := s.slack.message(c.root).button("Record…"); there {
		t.Error("the card offers a record, where nothing can be created")
	}
	ada, _ := s.server.signIn("ada@example.test", password)
	kind := slackComplaint(s, ada)
	slackRecord(c, kind)
	slackTypes(c, ada, kind)
	s.noSecret()
}

// recordKind is a type of record over REST.
type recordKind struct {
	ID      string   `json:"id"`
	Version int      `json:"version"`
	Fields  []object `json:"fields"`
}

func slackComplaint(s *slackShop, admin caller) (kind recordKind) {
	s.t.Helper()
	var departments struct{ Items []struct{ ID string } }
	admin.must(s.t, "GET", "/api/v1/departments?all=true", nil, &departments)
	admin.must(s.t, "POST", "/api/v1/record-types", object{"department": departments.Items[0].ID, "name": "Complaint", "fields": []object{
		{"name": "subject", "label": "Subject", "kind": "text", "required": true, "help": "In a few words"},
		{"name": "amount", "label": "Amount", "kind": "number"},
		{"name": "reason", "label": "Reason", "kind": "choice", "choices": []string{"Broken", "Lost"}, "default": "Lost"},
		{"name": "bought", "label": "Bought on", "kind": "date"},
		{"name": "contact", "label": "E-mail", "kind": "email"},
		{"name": "urgent", "label": "Urgent", "kind": "checkbox"},
	}}, &kind)
	return kind
}

// windows gives the windows about a session that Parley has filled, oldest first.
func (c *customer) windows() (all []object) {
	c.t.Helper()
	for _, call := range c.slack.calls() {
		var view object
		if strings.HasSuffix(call.Path, "/views.update") && json.Unmarshal([]byte(call.Fields["view"]), &view) == nil && view["callback_id"] == "record" {
			view["id"] = "V1"
			all = append(all, view)
		}
	}
	return all
}

// opened lets somebody do something, and gives the window that is filled then.
func (c *customer) opened(do func()) (view object) {
	c.t.Helper()
	before := len(c.windows())
	do()
	eventually(c.t, 30*time.Second, func() string {
		all := c.windows()
		if len(all) <= before {
			return "no window was filled"
		}
		view = all[len(all)-1]
		return ""
	})
	return view
}

// begins gives what the fields of a window begin with, by the names of their blocks.
func begins(view object) object {
	all := object{}
	blocks, _ := view["blocks"].([]any)
	for _, each := range blocks {
		block, _ := each.(object)
		element, _ := block["element"].(object)
		for _, name := range []string{"initial_value", "initial_date", "initial_option"} {
			if element[name] != nil {
				all[fmt.Sprint(block["block_id"])] = element[name]
			}
		}
	}
	return all
}

// written puts values into the fields of a window.
func written(view object, kind recordKind, values object) object {
	state := object{}
	for name, value := range values {
		state[kind.ID+"/"+name] = object{name: value}
	}
	view = maps.Clone(view)
	view["state"] = object{"values": state}
	return view
}

func typed(value string) object { return object{"type": "plain_text_input", "value": value} }

func slackRecord(c *customer, kind recordKind) {
	view := c.opened(func() { c.press("anna", "Record…") })
	got := begins(view)
	if fmt.Sprint(got[kind.ID+"/subject"]) != "My lamp is broken, I am carla@example.test" || fmt.Sprint(got[kind.ID+"/contact"]) != "carla@example.test" ||
		!strings.Contains(fmt.Sprint(got[kind.ID+"/reason"]), "Lost") || len(got) != 3 {
		c.t.Errorf("the window begins with %v", got)
	}
	values := object{
		"subject": typed("Broken lamp"), "amount": object{"type": "number_input", "value": "12.50"}, "bought": object{"type": "datepicker", "selected_date": "2026-03-02"},
		"contact": object{"type": "email_text_input", "value": "carla@example.test"}, "urgent": object{"type": "checkboxes", "selected_options": []object{{"value": "true"}}},
		"reason": object{"type": "static_select", "selected_option": object{"value": "0"}},
	}
	wrong := maps.Clone(values)
	wrong["contact"] = object{"type": "email_text_input", "value": "carla"}
	if said := c.slack.submit("anna", written(view, kind, wrong)); !strings.Contains(said, `"response_action":"errors"`) ||
		!strings.Contains(said, `"`+kind.ID+`/contact":"This is not an e-mail address."`) {
		c.t.Errorf("a wrong address: got %s, want it told at its field", said)
	}
	if said := c.slack.submit("carla", written(view, kind, values)); !strings.Contains(said, "does not know which agent you are") {
		c.t.Errorf("somebody who is not linked: got %s", said)
	}
	for range 2 { // Slack has not heard the answer
		if said := c.slack.submit("anna", written(view, kind, values)); strings.Contains(said, "response_action") {
			c.t.Errorf("got %s, want the window closed", said)
		}
	}
	c.cardHas("Complaint: ")
	c.cardHas("Broken lamp")
	c.cardHas(" · Created")
	fields := object{"subject": "Broken lamp", "amount": "12.50", "bought": "2026-03-02", "contact": "carla@example.test", "urgent": "true", "reason": "Broken"}
	var made struct {
		Items []struct {
			ID, State string
			Author    struct{ Name string }
			Fields    object
		} `json:"items"`
	}
	path := "/api/v1/sessions/" + c.session + "/records"
	c.anna().must(c.t, "GET", path, nil, &made)
	if len(made.Items) != 1 || made.Items[0].State != "kept" || !strings.HasPrefix(made.Items[0].Author.Name, "Anna") || !maps.Equal(made.Items[0].Fields, fields) {
		c.t.Fatalf("got %+v, want one complaint by Anna, as it was written", made.Items)
	}
	var same struct{ ID string }
	if status, err := c.anna().call("POST", path, object{"type": kind.ID, "version": kind.Version, "fields": fields}, &same); err != nil || status != http.StatusOK || same.ID != made.Items[0].ID {
		c.t.Errorf("the same form in the workspace: got %d, %v and %s, want the record that is there", status, err, same.ID)
	}
}

func slackTypes(c *customer, admin caller, kind recordKind) {
	before := len(c.slack.told("boris"))
	c.reply("boris", "!record complaint")
	c.hears("boris", before, `"value":"`+c.session+"/"+kind.ID+`"`)
	c.keeps(watched / 2)

	var other recordKind
	var departments struct{ Items []struct{ ID string } }
	admin.must(c.t, "GET", "/api/v1/departments?all=true", nil, &departments)
	admin.must(c.t, "POST", "/api/v1/record-types", object{"department": departments.Items[0].ID, "name": "Lead", "fields": kind.Fields[:1]}, &other)
	list := c.opened(func() { c.press("boris", "Record…") })
	if list["submit"] != nil || !strings.Contains(fmt.Sprint(list["blocks"]), "Lead") || len(begins(list)) != 0 {
		c.t.Errorf("got %v, want a list of the types alone", list)
	}
	view := c.opened(func() { c.chooses("boris", list, other.ID) })
	if got := begins(view); len(got) != 1 || got[other.ID+"/subject"] == nil {
		c.t.Errorf("the other type begins with %v, want its subject", got)
	}
	admin.must(c.t, "PUT", "/api/v1/record-types/"+other.ID, object{"name": "Hot lead", "fields": kind.Fields[:1]}, nil)
	if said := c.slack.submit("boris", written(view, other, object{"subject": typed("A lead")})); !strings.Contains(said, "an admin has changed this form") {
		c.t.Errorf("a type that was changed: got %s", said)
	}
	take, _ := c.slack.message(c.root).button("Record…")
	for _, id := range []string{kind.ID, other.ID} {
		admin.must(c.t, "DELETE", "/api/v1/record-types/"+id, object{}, nil)
	}
	if said := c.slack.submit("boris", written(view, other, object{"subject": typed("A lead")})); !strings.Contains(said, "not offered any more") {
		c.t.Errorf("a type that was removed: got %s", said)
	}
	eventually(c.t, 30*time.Second, func() string {
		if _, there := c.slack.message(c.root).button("Record…"); there {
			return "the card still offers a record"
		}
		return ""
	})
	if late := c.opened(func() { c.slack.click("boris", take) }); !strings.Contains(fmt.Sprint(late["blocks"]), "an admin has to say first") {
		c.t.Errorf("a button that is no longer there: got %v", late)
	}
}

// chooses chooses a type in the list of a window. The rig's driver presses buttons of messages only.
func (c *customer) chooses(who string, view object, kind string) {
	c.t.Helper()
	payload, err := json.Marshal(object{
		"type": "block_actions", "user": object{"id": c.slack.people[who], "team_id": "T000000001"}, "team": object{"id": "T000000001"}, "trigger_id": "1.2.x",
		"container": object{"type": "view", "view_id": "V1"}, "view": view,
		"actions": []object{{"type": "static_select", "action_id": "type", "selected_option": object{"value": kind}}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	body := url.Values{"payload": {string(payload)}}.Encode()
	if status, answer := c.slack.signed("application/x-www-form-urlencoded", []byte(body), time.Now()); status != http.StatusOK {
		c.t.Fatalf("choose a type: got %d, %s", status, answer)
	}
}
