package telegram

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"

	"parley/channels"
	"parley/core"
)

// place is a private chat of a world's bot with a customer.
type place struct {
	id      int64 // the customer's too
	name    string
	posts   []post
	last    int64 // number of the newest message: they begin anew in each chat
	blocked bool
	gone    bool
}

// post is a message on the customer's screen.
type post struct {
	id       int64
	ours     bool
	date     int64
	text     string
	entities []models.MessageEntity
	replyTo  int64
	reaction string // of the bot
	file     string // a document's name
	bytes    []byte // of a file
}

// object is one of JSON's.
type object = map[string]any

var theBot = object{"id": 123456, "is_bot": true, "first_name": "Shop", "username": "shop_bot"}

func (p *place) person() object {
	return object{"id": p.id, "is_bot": false, "first_name": p.name, "language_code": "en"}
}

func (p *place) chat() object { return object{"id": p.id, "type": "private", "first_name": p.name} }

// refuses tells whether the bot cannot write there, and what it is told.
func (p *place) refuses() (reply, bool) {
	switch {
	case p.gone:
		return no(403, "Forbidden: user is deactivated"), true
	case p.blocked:
		return no(403, "Forbidden: bot was blocked by the user"), true
	}
	return reply{}, false
}

// add puts a message on the screen, and gives its number.
func (p *place) add(m post) int64 {
	p.last++
	m.id = p.last
	p.posts = append(p.posts, m)
	return m.id
}

func (p *place) find(id int64) *post {
	i := slices.IndexFunc(p.posts, func(m post) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return &p.posts[i]
}

func (p *place) send(want wanted, now int64) reply {
	m := post{ours: true, date: now}
	if refusal, ok := m.take(want); !ok {
		return refusal
	}
	if r := want.Reply; r != nil {
		switch {
		case p.find(r.Message) != nil:
			m.replyTo = r.Message
		case !r.Without:
			return no(400, "Bad Request: message to be replied not found")
		}
	}
	id := p.add(m)
	return yes(object{"message_id": id, "from": theBot, "chat": p.chat(), "date": now, "text": m.text, "entities": m.entities})
}

func (p *place) edit(want wanted) reply {
	m := p.find(want.Message)
	switch {
	case m == nil:
		return no(400, "Bad Request: message to edit not found")
	case !m.ours:
		return no(400, "Bad Request: message can't be edited")
	}
	changed := *m
	if refusal, ok := changed.take(want); !ok {
		return refusal
	}
	if reflect.DeepEqual(changed, *m) {
		return no(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	*m = changed
	return yes(object{"message_id": m.id, "from": theBot, "chat": p.chat(), "date": m.date, "edit_date": m.date, "text": m.text})
}

func (p *place) delete(want wanted) reply {
	if p.find(want.Message) == nil {
		return no(400, "Bad Request: message to delete not found")
	}
	p.posts = slices.DeleteFunc(p.posts, func(m post) bool { return m.id == want.Message })
	return yes(true)
}

// reactions are some of those that bots may show.
var reactions = []string{"👍", "👎", "❤", "🔥", "🎉", "😁", "🤔", "🙏", "👌"}

func (p *place) react(want wanted) reply {
	m := p.find(want.Message)
	switch {
	case m == nil:
		return no(400, "Bad Request: message to react not found")
	case len(want.Reaction) > 1:
		return no(400, "Bad Request: REACTIONS_TOO_MANY")
	case len(want.Reaction) == 0:
		m.reaction = ""
	case want.Reaction[0].Type != "emoji" || !slices.Contains(reactions, want.Reaction[0].Emoji):
		return no(400, "Bad Request: REACTION_INVALID")
	default:
		m.reaction = want.Reaction[0].Emoji
	}
	return yes(true)
}

// paints are the marks of the suite by Telegram's names.
var paints = map[core.EntityKind]models.MessageEntityType{
	core.Bold: "bold", core.Italic: "italic", core.Underline: "underline", core.Strike: "strikethrough", core.Spoiler: "spoiler",
	core.Code: "code", core.Pre: "pre", core.Quote: "blockquote", core.Link: "text_link",
}

// shown gives the marks on the screen.
func (m post) shown() []core.Entity {
	var all []core.Entity
	for _, e := range m.entities {
		for kind, name := range paints {
			if name == e.Type {
				all = append(all, core.Entity{Kind: kind, Offset: e.Offset, Length: e.Length, URL: e.URL, Language: e.Language})
			}
		}
	}
	return channels.FromUTF16(m.text, all)
}

const blank = " \t\r\n"

// take makes the message say what is wanted, or says why it cannot. White space around it goes, and marks move with the text.
func (m *post) take(want wanted) (reply, bool) {
	text := strings.TrimLeft(want.Text, blank)
	cut := len(utf16.Encode([]rune(want.Text))) - len(utf16.Encode([]rune(text)))
	text = strings.TrimRight(text, blank)
	units := utf16.Encode([]rune(text))
	switch {
	case text == "":
		return no(400, "Bad Request: message text is empty"), false
	case len(units) > 4096:
		return no(400, "Bad Request: message is too long"), false
	case want.ParseMode != "" && strings.ContainsAny(text, "<>&*_~`[]()#+-=|{}.!\\"):
		return no(400, "Bad Request: can't parse entities: character is reserved and must be escaped"), false
	}
	all := utf16.Encode([]rune(want.Text))
	var kept []models.MessageEntity
	for _, e := range want.Entities {
		begin, end := e.Offset, e.Offset+e.Length
		switch {
		case begin < 0 || e.Length <= 0 || end > len(all):
			return no(400, fmt.Sprintf("Bad Request: entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d", begin, len(all))), false
		case splits(all, begin) || splits(all, end):
			return no(400, "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset"), false
		case e.Type == models.MessageEntityTypeTextLink && !reachable(e.URL):
			return no(400, "Bad Request: entity URL is invalid"), false
		}
		begin, end = max(begin-cut, 0), min(end-cut, len(units))
		if begin < end {
			e.Offset, e.Length = begin, end-begin
			kept = append(kept, e)
		}
	}
	m.text, m.entities = text, kept
	return reply{}, true
}

// splits tells whether a place in a text is in the middle of a surrogate pair.
func splits(units []uint16, at int) bool {
	return at > 0 && at < len(units) && units[at] >= 0xDC00 && units[at] <= 0xDFFF
}

func reachable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.Contains(u.Host, ".")
}
