package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// phone is the customer's chat as the Bot API changes it.
type phone struct {
	shown map[int]string
	next  int
}

func newPhone(n *network) *phone {
	p := &phone{shown: map[int]string{}, next: 100}
	n.answer = p.answer
	return p
}

func refusal(code int, text string) (int, string, error) {
	return code, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, code, text), nil
}

func (p *phone) answer(c call) (int, string, error) {
	number, _ := c.params["message_id"].(float64)
	id := int(number)
	words, _ := c.params["text"].(string)
	switch c.method {
	case "sendMessage":
		p.next++
		p.shown[p.next] = words
		return 200, fmt.Sprintf(`{"ok":true,"result":{"message_id":%d,"reply_to_message":{"forward_origin":{"type":"of tomorrow"}}}}`, p.next), nil
	case "editMessageText":
		switch p.shown[id] {
		case "":
			return refusal(400, "Bad Request: message to edit not found")
		case words:
			return refusal(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same")
		}
		p.shown[id] = words
	case "deleteMessage":
		if p.shown[id] == "" {
			return refusal(400, "Bad Request: message to delete not found")
		}
		delete(p.shown, id)
	}
	return 200, `{"ok":true,"result":true}`, nil
}

func (p *phone) texts() (all []string) {
	for id := 101; id <= p.next; id++ {
		if p.shown[id] != "" {
			all = append(all, p.shown[id])
		}
	}
	return all
}

// deliver does all steps of something that is owed, as the outbox does, and gives the parts that there are then.
func deliver(t *testing.T, r *rig, o core.Outgoing) ([]core.RemoteID, core.Receipt, error) {
	t.Helper()
	for o.Step = len(o.Parts) * btoi(o.Verb == core.OutSend); ; o.Step++ {
		receipt, err := r.Deliver(t.Context(), o)
		if receipt.Part != "" {
			o.Parts = append(slices.Clone(o.Parts), receipt.Part)
		}
		if receipt.Gone != "" {
			o.Parts = slices.DeleteFunc(slices.Clone(o.Parts), func(p core.RemoteID) bool { return p == receipt.Gone })
		}
		if err != nil || !receipt.More {
			return o.Parts, receipt, err
		}
		if o.Step > 50 {
			t.Fatal("it does not end")
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func to(verb core.OutVerb, text string, parts ...core.RemoteID) core.Outgoing {
	return core.Outgoing{ID: "msg_1", Verb: verb, To: core.Address{Conversation: "42"}, Content: core.Content{Text: text}, Parts: parts}
}

func TestSendSaysItLiterally(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	newPhone(r.net)
	o := to(core.OutSend, "😀 <b>&amp;*_~|`</b> [x](y) @everyone https://shop.test")
	o.ReplyTo = "42/7"
	o.Content.Entities = []core.Entity{
		{Kind: core.Bold, Offset: 2, Length: 3}, {Kind: core.Strike, Offset: 2, Length: 1},
		{Kind: core.Pre, Offset: 5, Length: 1, Language: "go"},
		{Kind: core.Quote, Offset: 6, Length: 1}, {Kind: core.Link, Offset: 7, Length: 1, URL: "https://shop.test/?a=b"},
		{Kind: core.Link, Offset: 8, Length: 1, URL: "mailto:a@shop.test"}, {Kind: core.Link, Offset: 9, Length: 1, URL: "https://"},
	}
	parts, receipt, err := deliver(t, r, o)
	if err != nil || receipt != (core.Receipt{Part: "42/101"}) || len(parts) != 1 {
		t.Fatalf("got %+v, %v, want one part", receipt, err)
	}
	got, _ := json.MarshalIndent(r.net.calls[0].params, "", " ")
	want, _ := json.MarshalIndent(map[string]any{
		"chat_id": 42, "text": o.Content.Text, "link_preview_options": map[string]any{"is_disabled": true},
		"reply_parameters": map[string]any{"message_id": 7, "allow_sending_without_reply": true},
		"entities": []map[string]any{
			{"type": "bold", "offset": 3, "length": 3}, {"type": "strikethrough", "offset": 3, "length": 1},
			{"type": "pre", "offset": 6, "length": 1, "language": "go"}, {"type": "blockquote", "offset": 7, "length": 1},
			{"type": "text_link", "offset": 8, "length": 1, "url": "https://shop.test/?a=b"},
		},
	}, "", " ")
	if string(got) != string(want) {
		t.Errorf("params: got %s, want %s", got, want)
	}
}

func TestSendInParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	p := newPhone(r.net)
	word := strings.Repeat("😀", 500) + " "
	o := to(core.OutSend, strings.Repeat(word, 10)+"end")
	o.ReplyTo = "42/7"
	parts, _, err := deliver(t, r, o)
	if err != nil {
		t.Fatal(err)
	}
	four := strings.TrimSpace(strings.Repeat(word, 4))
	want := []string{four, four, strings.TrimSpace(strings.Repeat(word, 2) + "end")}
	if got := p.texts(); !slices.Equal(got, want) || len(parts) != 3 {
		t.Errorf("shown: got %d messages and %v, want 3", len(got), parts)
	}
	for i, c := range r.net.of("sendMessage") {
		if answers := c.params["reply_parameters"] != nil; answers != (i == 0) {
			t.Errorf("part %d: an answer %v, want only the first to be one", i, answers)
		}
	}
	again := o
	again.Parts, again.Step = parts[:2], 2 // a retry after the second
	if _, receipt, err := deliver(t, r, again); err != nil || receipt.Part != "42/104" || receipt.More {
		t.Errorf("the rest: got %+v, %v, want the third part only", receipt, err)
	}
	again.Parts = parts // all are there
	if _, receipt, err := deliver(t, r, again); err != nil || receipt != (core.Receipt{}) {
		t.Errorf("nothing is left: got %+v, %v", receipt, err)
	}
}

func TestSendAnswersOnlyInItsChat(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	newPhone(r.net)
	for _, foreign := range []core.RemoteID{"43/7", "42", "x", "42/x"} {
		o := to(core.OutSend, "x")
		o.ReplyTo = foreign
		if _, _, err := deliver(t, r, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range r.net.of("sendMessage") {
		if c.params["reply_parameters"] != nil {
			t.Errorf("got %v, want it to answer nothing", c.params)
		}
	}
}

func TestSendGoesOutPlainWhereTelegramRefusesAMark(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	p := newPhone(r.net)
	refuse := func(c call) (int, string, error) {
		if c.params["entities"] != nil {
			return refusal(400, "Bad Request: entity URL 'https://x' is invalid: Wrong URL host")
		}
		return p.answer(c)
	}
	r.net.answer = refuse
	o := to(core.OutSend, "hello")
	o.Content.Entities = []core.Entity{{Kind: core.Link, Offset: 0, Length: 5, URL: "https://x"}}
	parts, _, err := deliver(t, r, o)
	if err != nil || len(parts) != 1 {
		t.Fatalf("send: got %v, %v, want it sent", parts, err)
	}
	o.Verb, o.Content.Text, o.Parts = core.OutEdit, "hallo", parts
	if _, _, err := deliver(t, r, o); err != nil || !slices.Equal(p.texts(), []string{"hallo"}) {
		t.Errorf("edit: got %v, %v, want it edited", p.texts(), err)
	}
}

func TestEditMakesThePartsWhatTheyMustBe(t *testing.T) {
	t.Parallel()
	long := func(n int, word string) string {
		return strings.TrimSpace(strings.Repeat(strings.Repeat(word, 4096)+" ", n))
	}
	part := func(word string) string { return strings.Repeat(word, 4096) }
	for _, c := range []struct {
		name  string
		texts []string
		to    string
		want  []string
		calls []string
	}{
		{"one stays one", []string{"a"}, "b", []string{"b"}, []string{"editMessageText"}},
		{"the same is fine", []string{"a"}, "a", []string{"a"}, []string{"editMessageText"}},
		{"one becomes three", []string{"a"}, long(3, "b"), []string{part("b"), part("b"), part("b")}, []string{"editMessageText", "sendMessage", "sendMessage"}},
		{"three become one", []string{"a", "b", "c"}, "d", []string{"d"}, []string{"editMessageText", "deleteMessage", "deleteMessage"}},
		{"two stay two", []string{"a", "b"}, long(2, "c"), []string{part("c"), part("c")}, []string{"editMessageText", "editMessageText"}},
		{"three become two", []string{"a", "b", "c"}, long(2, "d"), []string{part("d"), part("d")}, []string{"editMessageText", "editMessageText", "deleteMessage"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, polls)
			p := newPhone(r.net)
			var parts []core.RemoteID
			for i, text := range c.texts {
				p.next++
				p.shown[101+i] = text
				parts = append(parts, remote(42, int64(101+i)))
			}
			parts, _, err := deliver(t, r, to(core.OutEdit, c.to, parts...))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.texts(); !slices.Equal(got, c.want) || len(parts) != len(c.want) {
				t.Errorf("shown: got %.20q, parts %v, want %.20q", got, parts, c.want)
			}
			var calls []string
			for _, call := range r.net.calls {
				calls = append(calls, call.method)
			}
			if !slices.Equal(calls, c.calls) {
				t.Errorf("calls: got %v, want %v", calls, c.calls)
			}
		})
	}
}

func TestEditDoesNotRepeatAPartThatMayHaveArrived(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	r.net.answer = func(c call) (int, string, error) { return 502, "<html>", nil }
	o := to(core.OutEdit, strings.Repeat("b", 4097), "42/101")
	o.Step = 1
	_, err := r.Deliver(t.Context(), o)
	e, ok := errors.AsType[*core.Error](err)
	if !ok || core.Judge(o.Verb, false, core.Lane{}, false, err, 1, 0).State != core.Failed || !strings.Contains(e.Reason, "may not have arrived") {
		t.Errorf("got %v, want an end, and a reason that says what may be", err)
	}
	o.Step = 0 // changing a part twice is the same as once
	_, err = r.Deliver(t.Context(), o)
	wantFault(t, err, core.Uncertain, reasonSilent)
}

func TestDeleteTakesAllPartsAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	p := newPhone(r.net)
	p.shown, p.next = map[int]string{101: "a", 103: "c", 104: "of another"}, 104
	parts, receipt, err := deliver(t, r, to(core.OutDelete, "", "42/101", "42/102", "42/103")) // the customer has deleted the second
	if err != nil || len(parts) != 0 || receipt.Gone != "42/103" {
		t.Fatalf("got %v, %+v, %v, want all gone", parts, receipt, err)
	}
	if got := p.texts(); !slices.Equal(got, []string{"of another"}) {
		t.Errorf("shown: got %q, want the other only", got)
	}
	if _, receipt, err := deliver(t, r, to(core.OutDelete, "")); err != nil || receipt != (core.Receipt{}) {
		t.Errorf("no parts: got %+v, %v, want nothing done", receipt, err)
	}
}

func TestDeleteTooLate(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	r.net.answer = func(call) (int, string, error) {
		return refusal(400, "Bad Request: message can't be deleted for everyone")
	}
	parts, receipt, err := deliver(t, r, to(core.OutDelete, "", "42/101", "42/102"))
	wantFault(t, err, core.Forbidden, reasonTooOld)
	if len(parts) != 2 || receipt != (core.Receipt{}) {
		t.Errorf("got %v, %+v, want both still there", parts, receipt)
	}
}

func TestReact(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	for _, c := range []struct{ name, emoji, want string }{
		{"an emoji", "👍", `map[chat_id:42 message_id:101 reaction:[map[emoji:👍 type:emoji]]]`},
		{"one that asks for colour", "❤\ufe0f", `map[chat_id:42 message_id:101 reaction:[map[emoji:❤ type:emoji]]]`},
		{"none", "", `map[chat_id:42 message_id:101]`},
	} {
		o := to(core.OutReact, "", "42/101", "42/102")
		o.Emoji = c.emoji
		if _, err := r.Deliver(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		calls := r.net.of("setMessageReaction")
		if got := fmt.Sprint(calls[len(calls)-1].params); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := r.Deliver(t.Context(), to(core.OutReact, "")); err != nil || len(r.net.calls) != 3 {
		t.Errorf("no parts: got %v and %d calls, want nothing done", err, len(r.net.calls)-3)
	}
}

func TestDeliverRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	elsewhere := to(core.OutSend, "x")
	elsewhere.To.Conversation = "somewhere"
	for _, c := range []struct {
		name string
		o    core.Outgoing
		kind core.Kind
	}{
		{"another verb", to("card", "x"), core.Invalid},
		{"a conversation that is no chat", elsewhere, core.Invalid},
		{"a blank text", to(core.OutSend, " \n"), core.Invalid},
		{"an edit to a blank text", to(core.OutEdit, " \n", "42/1"), core.Invalid},
		{"a part of another chat", to(core.OutEdit, "x", "43/1"), core.NotFound},
		{"a part that is none", to(core.OutDelete, "x", "x"), core.NotFound},
		{"a reaction on another chat's", to(core.OutReact, "x", "43/1"), core.NotFound},
	} {
		if receipt, err := r.Deliver(t.Context(), c.o); core.KindOf(err) != c.kind || receipt != (core.Receipt{}) {
			t.Errorf("%s: got %+v, %v, want %s", c.name, receipt, err, c.kind)
		}
	}
	if len(r.net.calls) != 0 {
		t.Errorf("got calls %v, want none", r.net.calls)
	}
}

func TestDeliverEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	ctx, cancel := context.WithCancel(t.Context())
	r.net.answer = func(call) (int, string, error) {
		cancel()
		return 0, "", context.Canceled
	}
	_, err := r.Deliver(ctx, to(core.OutSend, "x"))
	wantFault(t, err, core.Uncertain, reasonSilent)
	_, err = r.Deliver(ctx, to(core.OutSend, "x")) // ended before it began
	if core.KindOf(err) == "" {
		t.Errorf("got %v, want a kind", err)
	}
}
