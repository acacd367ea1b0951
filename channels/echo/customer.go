package echo

import (
	"encoding/json"
	"slices"

	"parley/core"
)

// Words are what somebody writes.
type Words struct {
	Text    string
	Marks   []core.Entity // counted in UTF-16 units
	ReplyTo int64
	File    string // the name of a file that comes with it
	By      string // whose name the customer has; "": Carla
	Program bool   // not a customer wrote it but a program
	Service string // or nobody: the network says what happened
}

func customer(chat int64, name string) person {
	if name == "" {
		name = "Carla"
	}
	return person{ID: 1000 + chat, Name: name}
}

// Say lets the chat's customer write, and gives the message's id.
func (n *Network) Say(in int64, w Words) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := n.chat(in)
	at.last++
	m := message{ID: at.last, Chat: in, From: customer(in, w.By), Date: n.now(), ReplyTo: w.ReplyTo, Service: w.Service}
	if w.Program {
		m.From = person{ID: 7, Name: "Another program", Bot: true}
	}
	if w.File != "" {
		m.Files = []file{{ID: "f1", Name: w.File, Type: "text/plain", Size: 12}}
	}
	m.write(w)
	at.posts = append(at.posts, Post{ID: m.ID, Text: m.Text})
	n.tell(at, update{Message: &m})
	return m.ID
}

func (m *message) write(w Words) {
	m.Text = w.Text
	for _, e := range w.Marks {
		m.Marks = append(m.Marks, mark{Kind: string(e.Kind), Offset: e.Offset, Length: e.Length, URL: e.URL})
	}
}

// Change lets the customer give a message another text.
func (n *Network) Change(in, id int64, w Words) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := message{ID: id, Chat: in, From: customer(in, w.By), Date: n.now()}
	m.write(w)
	n.tell(n.chat(in), update{Edited: &m})
}

// TakeBack lets the customer delete a message.
func (n *Network) TakeBack(in, id int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := n.chat(in)
	at.posts = slices.DeleteFunc(at.posts, func(p Post) bool { return p.ID == id })
	n.tell(at, update{Deleted: &deletion{Chat: in, ID: id, From: customer(in, ""), Date: n.now()}})
}

// React lets the customer show an emoji on a message.
func (n *Network) React(in, id int64, emoji string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tell(n.chat(in), update{Reaction: &reaction{Chat: in, ID: id, From: customer(in, ""), Emoji: emoji, Date: n.now()}})
}

// Block lets the customer block the account, or take that back. told says whether the account is told of it.
func (n *Network) Block(in int64, blocked, told bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := n.chat(in)
	at.blocked = blocked
	status := "unblocked"
	if blocked {
		status = "blocked"
	}
	if told {
		n.tell(at, update{Member: &member{Chat: in, From: customer(in, ""), Status: status, Date: n.now()}})
	}
}

// Remove takes a chat away, with its customer.
func (n *Network) Remove(in int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.chats, in)
}

// Hold keeps the chat's next update back until after the one that follows it.
func (n *Network) Hold(in int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.chat(in).hold = true
}

// Wire puts an update into the feed as it is, but for its number. It must be a JSON object.
func (n *Network) Wire(object string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.append([]byte(object))
}

// Repeat tells again what was told last, as many times.
func (n *Network) Repeat(times int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for range times {
		n.append(n.newest)
	}
}

// tell puts an update into the feed, and gives its number: zero if it is held back. The lock is held.
func (n *Network) tell(at *chat, u update) int64 {
	raw, err := json.Marshal(u)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	if at.hold {
		at.hold, at.held = false, raw
		return 0
	}
	number := n.append(raw)
	if at.held != nil {
		raw, at.held = at.held, nil
		n.append(raw)
	}
	return number
}

// append gives an update its number. The lock is held.
func (n *Network) append(raw []byte) int64 {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		panic(err) // not an object: see Wire
	}
	n.next++
	for name, value := range members { // as marshalled from nil pointers
		if string(value) == "null" {
			delete(members, name)
		}
	}
	members["number"], _ = json.Marshal(n.next)
	raw, _ = json.Marshal(members)
	n.newest = raw
	n.feed = append(n.feed, entry{n.next, raw})
	n.change()
	return n.next
}

func (n *Network) chat(id int64) *chat {
	if n.chats[id] == nil {
		n.chats[id] = &chat{}
	}
	return n.chats[id]
}

// Screen gives what the customer sees.
func (n *Network) Screen(in int64) []Post {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at := n.chats[in]; at != nil {
		return slices.Clone(at.posts)
	}
	return nil
}

// Waiting says how many updates are not acknowledged.
func (n *Network) Waiting() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.feed)
}

// Fail lets the next calls that concern a chat go wrong, as many times, or with a negative number always; chat zero: those for updates.
func (n *Network) Fail(chat int64, times int, f Failure) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if times != 0 {
		n.failures[chat] = append(n.failures[chat], ordered{f, times})
	}
	n.change()
}

// SetKey gives the account another key; the old one is refused from now on.
func (n *Network) SetKey(key core.Secret) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.key = key
	n.change()
}

// SetDown takes the network away, or brings it back.
func (n *Network) SetDown(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
	n.change()
}

// SetRival lets another program read the account's updates.
func (n *Network) SetRival(there bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rival = there
	n.change()
}

// SetOwn says whether the account is told of its own messages.
func (n *Network) SetOwn(own Own) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.own = own
}
