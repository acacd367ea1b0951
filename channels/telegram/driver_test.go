package telegram

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	"parley/channels"
	"parley/channels/channeltest"
	"parley/core"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(channeltest.T) channeltest.Driver { return newDriver(ModePoll) })
}

// secondToken is what the bot has after its first was revoked.
const secondToken core.Secret = "123456:CANARY-another_token"

// chatBase and a customer's number make the number of their chat, and of the person.
const chatBase = 7_000_000_000

// driver plays a world and its customers.
type driver struct {
	*world
	about channeltest.About
	key   core.Secret // the bot's token now, as whoever opens an adapter knows it
}

func newDriver(mode string) *driver {
	settings, err := NewSettings(testToken, mode)
	if err != nil {
		panic(err)
	}
	many := &channels.Rate{Calls: 100_000, Seconds: 1, Burst: 100_000}
	settings.Rates = channels.Rates{Conversation: many, Channel: many}
	document, err := json.Marshal(settings)
	if err != nil {
		panic(err)
	}
	secrets := []core.Secret{testToken, secondToken, testSecret}
	for _, s := range secrets { // what Telegram says is looked at in lower case
		secrets = append(secrets, core.Secret(strings.ToLower(s.Reveal())))
	}
	return &driver{
		world: newWorld(testToken), key: testToken,
		about: channeltest.About{
			Kind: Kind, Settings: document, Can: settings.Rates.Of(Capabilities), Secrets: secrets,
			Traits: channeltest.Traits{
				Service: true, Blocks: true, Vanishes: true, Repeats: true, Marks: core.UnitUTF16, MarksIn: true, MarksOut: true, Rivals: true,
				Files: true,
			},
		},
	}
}

func (d *driver) About() channeltest.About { return d.about }

func (d *driver) Open(c core.Channel, k channeltest.Desk) (core.Adapter, error) {
	d.mu.Lock()
	d.clock = k.Clock
	key := d.key
	d.mu.Unlock()
	a, err := New(Config{
		Channel: c, Token: key, WebhookSecret: testSecret, PublicURL: publicURL, Inbox: k.Inbox, Clock: k.Clock, Client: &http.Client{Transport: d.world},
		Log: k.Log, Received: k.Reports.Received, Trouble: k.Reports.Trouble,
	})
	if err != nil {
		return nil, err
	}
	a.chance = func() float64 { return 0 } // the shortest pauses
	a.look = 20 * time.Millisecond
	return a, nil
}

func (d *driver) Conversation(customer int) core.RemoteID {
	return core.RemoteID(strconv.FormatInt(chatBase+int64(customer), 10))
}

// of gives a customer's chat. The lock is held.
func (d *driver) of(customer int) *place {
	id := chatBase + int64(customer)
	if d.chats[id] == nil {
		d.chats[id] = &place{id: id, name: "Carla"}
	}
	return d.chats[id]
}

func (d *driver) Do(customer int, a channeltest.Act) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.of(customer)
	if a.Name != "" {
		at.name = a.Name
	}
	switch a.Verb {
	case channeltest.Say:
		return d.say(at, a)
	case channeltest.Edit:
		d.edit(at, a)
	case channeltest.Delete: // the bot is not told
		at.delete(wanted{Message: number(a.Message)})
	case channeltest.React:
		d.react(at, a)
	case channeltest.Block, channeltest.Unblock:
		at.blocked = a.Verb == channeltest.Block
		if !a.Quiet {
			d.member(at)
		}
	case channeltest.Vanish:
		at.gone = true
	case channeltest.Repeat:
		d.again()
	case channeltest.Service:
		d.tell(at.id, "message", with(at.message(at.last+1, d.now()), object{"message_auto_delete_timer_changed": object{"message_auto_delete_time": 86400}}))
		at.last++
	case channeltest.UnknownKind:
		d.tell(at.id, "hologram", object{"chat": at.chat(), "from": at.person(), "date": d.now(), "depth": 3})
	case channeltest.UnknownField:
		m := with(at.message(at.add(post{text: a.Text}), d.now()), object{"text": a.Text, "mood": 7, "aura": object{"colours": []int{1}}})
		m["from"].(object)["hat"], m["chat"].(object)["wall"] = true, object{}
		d.tellWith(at.id, "message", object{"message": m, "echo": object{"a": []int{1}}, "trace": nil})
	case channeltest.UnknownMark:
		m := at.message(at.add(post{text: a.Text}), d.now())
		d.tell(at.id, "message", with(m, object{"text": a.Text, "entities": []object{{"type": "glitter", "offset": 0, "length": 2, "size": "big"}}}))
	default:
		panic("an act that Telegram does not have: " + a.Verb)
	}
	return ""
}

// message is one of the customer's without words.
func (p *place) message(id, date int64) object {
	return object{"message_id": id, "from": p.person(), "chat": p.chat(), "date": date}
}

func with(o, more object) object {
	for k, v := range more {
		o[k] = v
	}
	return o
}

// say lets the customer say something. Telegram's own programs send no message of nothing but white space. The lock is held.
func (d *driver) say(at *place, a channeltest.Act) string {
	if strings.TrimSpace(a.Text) == "" && a.Literal == "" && a.File.Name == "" {
		return ""
	}
	m := post{text: a.Text, date: d.now(), replyTo: number(a.Message)}
	said := at.message(at.add(m), m.date)
	text, entities := any(a.Text), "entities"
	switch {
	case a.Literal != "":
		said["text"] = json.RawMessage(a.Literal)
	case a.File.Name != "":
		said["document"] = d.offer(at, a.File)
		said["caption"], entities = text, "caption_entities"
	default:
		said["text"] = text
	}
	if len(a.Marks) > 0 {
		said[entities] = wireMarks(a.Marks)
	}
	if m.replyTo != 0 {
		said["reply_to_message"] = with(at.message(m.replyTo, m.date), object{"text": "quoted"})
	}
	d.tell(at.id, "message", said)
	return strconv.FormatInt(at.last, 10)
}

// wireMarks writes marks as Telegram does, however wrong they are.
func wireMarks(given []core.Entity) []object {
	all := []object{}
	for _, e := range given {
		all = append(all, object{"type": paints[e.Kind], "offset": e.Offset, "length": e.Length, "url": e.URL})
	}
	return all
}

// edit changes what the customer has said, and tells so even of what is not there. The lock is held.
func (d *driver) edit(at *place, a channeltest.Act) {
	id, date := number(a.Message), d.now()
	if m := at.find(id); m != nil {
		m.text, date = a.Text, m.date
	}
	d.tell(at.id, "edited_message", with(at.message(id, date), object{"text": a.Text, "edit_date": d.now()}))
}

func (d *driver) react(at *place, a channeltest.Act) {
	shown := []object{}
	if a.Emoji != "" {
		shown = append(shown, object{"type": "emoji", "emoji": a.Emoji})
	}
	d.tell(at.id, "message_reaction", object{
		"chat": at.chat(), "message_id": number(a.Message), "user": at.person(), "date": d.now(), "old_reaction": []object{}, "new_reaction": shown,
	})
}

// member tells whether the bot may still write. The lock is held.
func (d *driver) member(at *place) {
	is, was := object{"user": theBot, "status": "member"}, object{"user": theBot, "status": "kicked", "until_date": 0}
	if at.blocked {
		is, was = was, is
	}
	d.tell(at.id, "my_chat_member", object{"chat": at.chat(), "from": at.person(), "date": d.now(), "old_chat_member": was, "new_chat_member": is})
}

func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (d *driver) Screen(customer int) []channeltest.Shown {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []channeltest.Shown
	for _, p := range d.of(customer).posts {
		s := channeltest.Shown{ID: strconv.FormatInt(p.id, 10), Ours: p.ours, Text: p.text, Reaction: p.reaction, Entities: p.shown(), File: p.file, Bytes: p.bytes}
		if p.replyTo != 0 {
			s.ReplyTo = strconv.FormatInt(p.replyTo, 10)
		}
		s.Pinged = slices.ContainsFunc(p.entities, func(e models.MessageEntity) bool { return e.Type == models.MessageEntityTypeTextMention })
		all = append(all, s)
	}
	return all
}

func (d *driver) Break(customer, times int, f channeltest.Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.File != "" {
		d.spoils[f.File] = append(d.spoils[f.File], &ordered{f, times})
		return
	}
	chat := int64(0)
	if customer != 0 {
		chat = chatBase + int64(customer)
	}
	d.faults[chat] = append(d.faults[chat], &ordered{f, times})
}

func (d *driver) Turn(s channeltest.Switch, on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch s {
	case channeltest.Down:
		d.down = on
	case channeltest.Rival:
		d.rival = on
	case channeltest.Revoked:
		if d.token = "1:nobody-has-this-one"; !on {
			d.token, d.key = secondToken, secondToken
		}
		d.hook = hook{} // it belonged to the old token
	default:
		panic("a switch that Telegram does not have: " + s)
	}
	d.change()
}

func (d *driver) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.feed)
}
