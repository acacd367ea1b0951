package echo

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"sync"
	"testing"

	"parley/channels"
	"parley/channels/channeltest"
	"parley/core"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(channeltest.T) channeltest.Driver { return newDriver(false) })
}

func TestConformanceOfAPlainAccount(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(channeltest.T) channeltest.Driver { return newDriver(true) })
}

// The keys of these tests, which must be seen nowhere.
const (
	firstKey  core.Secret = "CANARY-first-key"
	secondKey core.Secret = "CANARY-second-key"
)

// driver plays the network and its customers: customer n writes in chat n.
type driver struct {
	net   *Network
	about channeltest.About
	fault planted // what is wrong with the adapters, if anything

	mu    sync.Mutex
	key   core.Secret
	names map[int]string
}

func newDriver(plain bool) *driver {
	many := &channels.Rate{Calls: 100_000, Seconds: 1, Burst: 100_000}
	settings, err := json.Marshal(Settings{Plain: plain, Rated: channels.Rated{Rates: channels.Rates{Conversation: many, Channel: many}}})
	if err != nil {
		panic(err)
	}
	a, err := New(Config{Channel: core.Channel{Settings: settings}})
	if err != nil {
		panic(err)
	}
	return &driver{
		net: NewNetwork(firstKey, core.SystemClock), key: firstKey, names: map[int]string{},
		about: channeltest.About{
			Kind: Kind, Settings: settings, Can: a.Capabilities(), Secrets: []core.Secret{firstKey, secondKey},
			Traits: channeltest.Traits{
				Own: true, Programs: true, Service: true, Blocks: true, Vanishes: true, Repeats: true, Swaps: true, Marks: core.UnitUTF16,
				MarksIn: true, MarksOut: true, Rivals: true, Files: true,
			},
		},
	}
}

func (d *driver) About() channeltest.About { return d.about }

func (d *driver) Open(c core.Channel, k channeltest.Desk) (core.Adapter, error) {
	d.mu.Lock()
	key := d.key
	d.mu.Unlock()
	config := Config{
		Channel: c, Key: key, Network: d.net, Inbox: k.Inbox, Log: k.Log, Received: k.Reports.Received, Trouble: k.Reports.Trouble,
	}
	if d.fault.config != nil {
		d.fault.config(&config)
	}
	a, err := New(config)
	if err != nil {
		return nil, err
	}
	if d.fault.adapter != nil {
		return d.fault.adapter(a), nil
	}
	return a, nil
}

func (d *driver) Conversation(customer int) core.RemoteID {
	return core.RemoteID(strconv.Itoa(customer))
}

func (d *driver) Do(customer int, a channeltest.Act) string {
	d.mu.Lock()
	if a.Name != "" {
		d.names[customer] = a.Name
	}
	words := Words{Text: a.Text, Marks: a.Marks, ReplyTo: number(a.Message), File: a.File.Name, By: d.names[customer]}
	d.mu.Unlock()
	chat, message := int64(customer), number(a.Message)
	switch a.Verb {
	case channeltest.Say:
		if a.Literal != "" {
			return d.literal(chat, a.Literal)
		}
		return strconv.FormatInt(d.net.Say(chat, words), 10)
	case channeltest.Edit:
		d.net.Change(chat, message, words)
	case channeltest.Delete:
		d.net.TakeBack(chat, message)
	case channeltest.React:
		d.net.React(chat, message, a.Emoji)
	case channeltest.Block, channeltest.Unblock:
		d.net.Block(chat, a.Verb == channeltest.Block, !a.Quiet)
	case channeltest.Vanish:
		d.net.Remove(chat)
	case channeltest.Repeat:
		d.net.Repeat(1)
	case channeltest.Hold:
		d.net.Hold(chat)
	case channeltest.Program:
		words.Program = true
		d.net.Say(chat, words)
	case channeltest.Alias:
		words.Program, words.By = true, "Carla"
		d.net.Say(chat, words)
	case channeltest.Service:
		words.Service = "joined"
		d.net.Say(chat, words)
	case channeltest.UnknownKind:
		d.net.Wire(`{"dice":{"chat":` + strconv.Itoa(customer) + `,"value":6}}`)
	case channeltest.UnknownField:
		d.net.Wire(fmt.Sprintf(`{"trace":{"a":[1]},"message":{"id":%d,"chat":%d,"from":{"id":%d,"name":"Carla","hat":true},"date":1790000000000,"text":%q,"mood":7}}`,
			d.reserve(chat), chat, 1000+chat, a.Text))
	case channeltest.UnknownMark:
		words.Marks = []core.Entity{{Kind: "glitter", Offset: 0, Length: 2}}
		d.net.Say(chat, words)
	default:
		panic("an act that this driver does not know: " + a.Verb)
	}
	return ""
}

// literal lets a customer say something whose text is given as JSON.
func (d *driver) literal(chat int64, text string) string {
	id := d.reserve(chat)
	d.net.Wire(fmt.Sprintf(`{"message":{"id":%d,"chat":%d,"from":{"id":%d,"name":"Carla"},"date":1790000000000,"text":%s}}`, id, chat, 1000+chat, text))
	return strconv.FormatInt(id, 10)
}

// reserve takes an id for a message that the network does not make itself.
func (d *driver) reserve(in int64) int64 {
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	at := d.net.chat(in)
	at.last++
	return at.last
}

func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (d *driver) Screen(customer int) []channeltest.Shown {
	var all []channeltest.Shown
	for _, p := range d.net.Screen(int64(customer)) {
		s := channeltest.Shown{ID: strconv.FormatInt(p.ID, 10), Ours: p.Ours, Text: p.Text, Reaction: p.Reaction}
		if p.ReplyTo != 0 {
			s.ReplyTo = strconv.FormatInt(p.ReplyTo, 10)
		}
		for _, m := range p.Marks {
			s.Entities = append(s.Entities, core.Entity{Kind: core.EntityKind(m.Kind), Offset: m.Offset, Length: m.Length, URL: m.URL})
		}
		s.Entities = channels.FromUTF16(p.Text, s.Entities)
		all = append(all, s)
	}
	return all
}

func (d *driver) Break(customer, times int, f channeltest.Fault) {
	failure := Failure{Done: f.Done, Hang: f.Until}
	d.mu.Lock()
	key := d.key.Reveal()
	d.mu.Unlock()
	switch f.Kind {
	case channeltest.Throttle:
		failure.Status, failure.Body = 429, `{"ok":false,"error":"slow_down"}`
		if f.RetryAfter >= 0 {
			failure.Body = fmt.Sprintf(`{"ok":false,"error":"slow_down","retry_after":%d}`, int64(math.Ceil(f.RetryAfter.Seconds())))
		}
	case channeltest.ServerError:
		failure.Status, failure.Body = 500, `{"ok":false,"error":"internal","about":"`+key+`"}`
	case channeltest.Page:
		failure.Status, failure.Body = 502, "<html><h1>Bad Gateway</h1>"+key+"</html>"
	case channeltest.BrokenJSON:
		failure.Status, failure.Body = 200, `{"ok":true,"result":{"id":"`+key
	case channeltest.Refusal:
		failure.Status, failure.Body = 400, `{"ok":false,"error":"moon_phase"}`
	case channeltest.Drop:
		failure.Err = ErrRefused
		if f.Done {
			failure.Err = ErrLost
		}
	}
	d.net.Fail(int64(customer), times, failure)
}

func (d *driver) Turn(s channeltest.Switch, on bool) {
	switch s {
	case channeltest.Down:
		d.net.SetDown(on)
	case channeltest.Rival:
		d.net.SetRival(on)
	case channeltest.Revoked:
		d.mu.Lock()
		defer d.mu.Unlock()
		if on {
			d.net.SetKey("nobody has this one")
			return
		}
		d.key = secondKey
		d.net.SetKey(secondKey)
	case channeltest.OwnSoon, channeltest.OwnLate:
		own := OwnNever
		if on {
			own = map[channeltest.Switch]Own{channeltest.OwnSoon: OwnBefore, channeltest.OwnLate: OwnAfter}[s]
		}
		d.net.SetOwn(own)
	}
}

func (d *driver) Waiting() int { return d.net.Waiting() }
