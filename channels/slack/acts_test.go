package slack

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"parley/channels/channeltest"
)

func (d *driver) Do(customer int, a channeltest.Act) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hand.Lock()
	defer d.hand.Unlock()
	user, room := userOf(customer), roomOf(customer)
	if d.users[user] == nil || a.Name != "" {
		d.users[user] = map[string]any{"id": user, "team_id": "T1", "real_name": cmp.Or(a.Name, "Carla")}
	}
	switch a.Verb {
	case channeltest.Say, channeltest.UnknownField, channeltest.UnknownMark:
		return d.sayAs(customer, a)
	case channeltest.Edit, channeltest.Delete:
		d.changeAs(customer, a)
	case channeltest.Vanish:
		d.gone[room] = true
	case channeltest.Repeat:
		d.number++
		d.feed = append(d.feed, told{d.number, d.newest.room, d.newest.body})
		d.change()
	case channeltest.Hold:
		d.hold = true
	case channeltest.Program:
		d.tell(room, map[string]any{"type": "message", "ts": d.keep(map[string]any{"channel": room}), "user": "UOTHER", "bot_id": "BOTHER", "app_id": "AOTHER", "text": a.Text})
		d.tell(room, map[string]any{"type": "message", "subtype": "bot_message", "ts": d.keep(map[string]any{"channel": room}), "bot_id": "BOTHER", "text": a.Text})
	case channeltest.Alias:
		d.tell(room, map[string]any{
			"type": "message", "ts": d.keep(map[string]any{"channel": room}), "user": "UBOT", "bot_id": "BBOT", "app_id": "A1", "username": "Carla", "text": a.Text,
		})
		d.tell(room, map[string]any{"type": "message", "ts": d.keep(map[string]any{"channel": room}), "user": "UBOT", "text": a.Text})
	case channeltest.Service:
		d.tell(room, map[string]any{"type": "message", "subtype": "channel_join", "ts": d.keep(map[string]any{"channel": room}), "user": user, "text": a.Text})
	case channeltest.UnknownKind:
		d.tell(room, map[string]any{"type": "message", "subtype": "hologram", "ts": d.keep(map[string]any{"channel": room}), "user": user, "depth": 3})
		d.tell(room, map[string]any{"type": "hologram_started", "user": user, "event_ts": d.keep(map[string]any{"channel": room})})
	default:
		panic("an act that Slack does not have: " + a.Verb)
	}
	return ""
}

// sayAs lets a customer say something. The locks are held.
func (d *driver) sayAs(customer int, a channeltest.Act) string {
	user, room := userOf(customer), roomOf(customer)
	text := a.Text
	if r := []rune(text); len(r) > maxSaid {
		text = string(r[:maxSaid])
	}
	ts := d.keep(map[string]any{"type": "message", "channel": room, "user": user, "text": text, "thread_ts": a.Message})
	event := map[string]any{"type": "message", "ts": ts, "event_ts": ts, "user": user, "team": "T1", "text": escaped(text), "client_msg_id": ts}
	if a.Message != "" {
		event["thread_ts"] = a.Message
	}
	element := map[string]any{"type": "text", "text": text}
	switch {
	case a.Literal != "":
		event["text"] = json.RawMessage(a.Literal)
	case a.File.Name != "":
		event["subtype"], event["files"] = "file_share", []any{d.offer(a.File)}
	case a.Verb == channeltest.UnknownField:
		event["mood"], event["aura"], element["hat"] = 7, map[string]any{"colours": []int{1}}, true
	case a.Verb == channeltest.UnknownMark:
		element["type"], element["style"] = "glitter", map[string]any{"sparkle": true}
	}
	if a.Literal == "" && text != "" {
		event["blocks"] = []any{map[string]any{"type": "rich_text", "block_id": "x", "elements": []any{
			map[string]any{"type": "rich_text_section", "elements": []any{element}},
		}}}
	}
	d.tell(room, event)
	return ts
}

// changeAs changes or deletes what the customer has said, and tells so even of what is not there. The locks are held.
func (d *driver) changeAs(customer int, a channeltest.Act) {
	user, room := userOf(customer), roomOf(customer)
	now := d.keep(map[string]any{"channel": "nowhere"})
	before := map[string]any{"type": "message", "user": user, "text": "before", "ts": a.Message}
	if at := slices.IndexFunc(d.said, func(m map[string]any) bool { return m["ts"] == a.Message }); at >= 0 {
		before["text"] = d.said[at]["text"]
		if d.said[at]["text"] = a.Text; a.Verb == channeltest.Delete {
			d.said = slices.Delete(d.said, at, at+1)
		}
	}
	if a.Verb == channeltest.Delete {
		d.tell(room, map[string]any{"type": "message", "subtype": "message_deleted", "ts": now, "event_ts": now, "deleted_ts": a.Message, "previous_message": before})
		return
	}
	after := map[string]any{"type": "message", "user": user, "text": escaped(a.Text), "ts": a.Message, "edited": map[string]any{"user": user, "ts": now}}
	d.tell(room, map[string]any{"type": "message", "subtype": "message_changed", "ts": now, "event_ts": now, "message": after, "previous_message": before})
}

func (d *driver) Screen(customer int) []channeltest.Shown {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []channeltest.Shown
	for _, m := range d.said {
		if m["channel"] != roomOf(customer) || m["type"] == nil {
			continue
		}
		s := channeltest.Shown{ID: m["ts"].(string), Ours: m["bot_id"] == "BBOT"}
		s.ReplyTo, _ = m["thread_ts"].(string)
		s.Text, _ = m["text"].(string)
		if s.Ours {
			s.Pinged = strings.ContainsAny(s.Text, "<>") // Slack would see more in it than a text
			s.Text, s.Entities = "", nil
			see(m["blocks"], &s)
			d.seeFile(m, &s)
		}
		all = append(all, s)
	}
	return all
}
