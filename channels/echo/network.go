package echo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"parley/core"
)

// maxText is what one message takes, in code points: little, so that texts are often too long.
const maxText = 200

// Response is what a call is answered with.
type Response struct {
	Status int // as HTTP's
	Body   []byte
}

// How a call ends that is not answered.
var (
	ErrRefused = errors.New("no connection")              // certain: nothing was done
	ErrLost    = errors.New("the connection was cut off") // after the call was sent: it may have been done
)

// Network is a messaging service: chats, the messages in them, and a feed of updates that are kept until they are acknowledged. All
// its methods may be called by many at once.
type Network struct {
	Took func(chat int64, text string) // told each message of ours that it takes, before that is answered; may be nil

	clock core.Clock

	mu       sync.Mutex
	key      core.Secret
	own      Own
	down     bool
	rival    bool
	chats    map[int64]*chat
	feed     []entry
	next     int64  // number of the newest update
	newest   []byte // that update
	date     int64  // the newest: no two are equal
	changed  chan struct{}
	failures map[int64][]ordered // by chat; zero: of the feed
}

// Own says whether, and when, the account is told of its own messages.
type Own int

// The ways in which networks do it.
const (
	OwnNever Own = iota
	OwnAfter
	OwnBefore // before the call that made the message is answered, and that waits until this was acknowledged
)

// chat is one place where a customer and the account write.
type chat struct {
	posts   []Post
	last    int64 // id of the newest post
	blocked bool
	held    []byte // an update that comes after the next
	hold    bool   // the next update is to be held
}

// Post is a message as the customer's screen shows it.
type Post struct {
	ID       int64
	Ours     bool
	Text     string
	Marks    []mark
	ReplyTo  int64
	Reaction string // what the account shows on it
}

type entry struct {
	number int64
	raw    []byte
}

// Failure is how a call goes wrong.
type Failure struct {
	Status int             // it is answered so
	Body   string          // and with this
	Err    error           // or not at all: ErrRefused or ErrLost
	Done   bool            // although it was done
	Hang   <-chan struct{} // the answer comes when this is closed; nil: at once
}

// ordered is a failure of the next calls.
type ordered struct {
	Failure
	times int // negative: all
}

// NewNetwork makes a network without chats, and with the key of the account.
func NewNetwork(key core.Secret, clock core.Clock) *Network {
	return &Network{key: key, clock: clock, chats: map[int64]*chat{}, changed: make(chan struct{}), failures: map[int64][]ordered{}}
}

// Call does what the account asks for. The key says who asks; the errors are ErrRefused, ErrLost and ctx's.
func (n *Network) Call(ctx context.Context, key core.Secret, method string, body []byte) (Response, error) {
	var place struct {
		Chat int64 `json:"chat"`
	}
	if err := json.Unmarshal(body, &place); err != nil {
		return refuse(http.StatusBadRequest, "bad_request"), nil
	}
	n.mu.Lock()
	down, known := n.down, key == n.key
	fails, failure := n.failing(place.Chat)
	n.mu.Unlock()
	switch {
	case down, fails && errors.Is(failure.Err, ErrRefused):
		return Response{}, ErrRefused
	case !known:
		return refuse(http.StatusUnauthorized, wordBadKey), nil
	case fails && !failure.Done:
		return failure.end(ctx, Response{failure.Status, []byte(failure.Body)})
	}
	given, err := n.do(ctx, key, method, body)
	if err != nil || !fails {
		return given, err
	}
	if failure.Status != 0 {
		given = Response{failure.Status, []byte(failure.Body)}
	}
	return failure.end(ctx, given)
}

// failing takes the next failure that was ordered for a chat.
func (n *Network) failing(chat int64) (bool, Failure) {
	all := n.failures[chat]
	if len(all) == 0 {
		return false, Failure{}
	}
	next := all[0]
	if all[0].times--; all[0].times == 0 {
		n.failures[chat] = all[1:]
	}
	return true, next.Failure
}

// end answers a call that goes wrong.
func (f Failure) end(ctx context.Context, given Response) (Response, error) {
	if f.Hang != nil {
		select {
		case <-f.Hang:
		case <-ctx.Done():
			return Response{}, ErrLost
		}
	}
	return given, f.Err
}

func (n *Network) do(ctx context.Context, key core.Secret, method string, body []byte) (Response, error) {
	switch method {
	case methodUpdates:
		var c updatesCall
		if json.Unmarshal(body, &c) == nil {
			return n.updates(ctx, key, c)
		}
	case methodSend:
		var c sendCall
		if json.Unmarshal(body, &c) == nil {
			return n.send(ctx, c)
		}
	case methodEdit:
		var c sendCall
		if json.Unmarshal(body, &c) == nil {
			return n.onPost(c.Chat, c.ID, func(p *Post) { p.Text, p.Marks = c.Text, c.Marks }, c.Text), nil
		}
	case methodReact:
		var c partCall
		if json.Unmarshal(body, &c) == nil {
			return n.onPost(c.Chat, c.ID, func(p *Post) { p.Reaction = c.Emoji }, "x"), nil
		}
	case methodDelete:
		var c partCall
		if json.Unmarshal(body, &c) == nil {
			return n.onPost(c.Chat, c.ID, nil, "x"), nil
		}
	}
	return refuse(http.StatusBadRequest, "bad_request"), nil
}

// updates forgets what is before the offset and gives what comes after it, or waits for some.
func (n *Network) updates(ctx context.Context, key core.Secret, c updatesCall) (Response, error) {
	late := time.NewTimer(time.Duration(c.Wait) * time.Millisecond)
	defer late.Stop()
	for {
		n.mu.Lock()
		if n.down || n.rival || key != n.key { // since the call began to wait
			defer n.mu.Unlock()
			switch {
			case n.down:
				return Response{}, ErrLost
			case n.rival:
				return refuse(http.StatusConflict, wordRival), nil
			}
			return refuse(http.StatusUnauthorized, wordBadKey), nil
		}
		before := len(n.feed)
		n.feed = slices.DeleteFunc(n.feed, func(e entry) bool { return e.number < c.Offset })
		if len(n.feed) < before {
			n.change()
		}
		all := []json.RawMessage{}
		for _, e := range n.feed[:min(len(n.feed), c.Limit)] {
			all = append(all, e.raw)
		}
		changed := n.changed
		n.mu.Unlock()
		if len(all) > 0 {
			return grant(all), nil
		}
		select {
		case <-ctx.Done():
			return Response{}, ErrLost
		case <-late.C:
			return grant(all), nil
		case <-changed:
			n.mu.Lock()
			fails, failure := n.failing(0) // ordered while the call waited
			n.mu.Unlock()
			if fails {
				return failure.end(ctx, Response{failure.Status, []byte(failure.Body)})
			}
		}
	}
}

func (n *Network) send(ctx context.Context, c sendCall) (Response, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := n.chats[c.Chat]
	switch {
	case at == nil:
		return refuse(http.StatusNotFound, wordNoChat), nil
	case at.blocked:
		return refuse(http.StatusForbidden, wordBlocked), nil
	case utf8.RuneCountInString(c.Text) > maxText:
		return refuse(http.StatusBadRequest, wordTooLong), nil
	case c.Text == "":
		return refuse(http.StatusBadRequest, "empty"), nil
	}
	at.last++
	id := at.last
	at.posts = append(at.posts, Post{ID: id, Ours: true, Text: c.Text, Marks: c.Marks, ReplyTo: c.ReplyTo})
	if n.Took != nil {
		n.Took(c.Chat, c.Text)
	}
	if n.own != OwnNever {
		number := n.tell(at, update{Message: &message{ID: id, Chat: c.Chat, From: person{ID: 1, Name: "Account", Bot: true}, Text: c.Text, Date: n.now()}})
		for n.own == OwnBefore && slices.ContainsFunc(n.feed, func(e entry) bool { return e.number == number }) {
			changed := n.changed
			n.mu.Unlock()
			select {
			case <-changed:
			case <-ctx.Done():
			}
			n.mu.Lock()
			if ctx.Err() != nil {
				return Response{}, ErrLost
			}
		}
	}
	return grant(map[string]int64{"id": id}), nil
}

// onPost changes a message, or with nil takes it away. text is what it would be.
func (n *Network) onPost(in, id int64, change func(*Post), text string) Response {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := n.chats[in]
	switch {
	case at == nil:
		return refuse(http.StatusNotFound, wordNoChat)
	case at.blocked:
		return refuse(http.StatusForbidden, wordBlocked)
	case utf8.RuneCountInString(text) > maxText:
		return refuse(http.StatusBadRequest, wordTooLong)
	}
	i := slices.IndexFunc(at.posts, func(p Post) bool { return p.ID == id })
	switch {
	case i < 0:
		return refuse(http.StatusNotFound, wordNoMessage)
	case change == nil:
		at.posts = slices.Delete(at.posts, i, i+1)
	default:
		change(&at.posts[i])
	}
	return grant(true)
}

func grant(result any) Response {
	raw, err := json.Marshal(result)
	if err == nil {
		ok := true
		raw, err = json.Marshal(answer{OK: &ok, Result: raw})
	}
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	return Response{http.StatusOK, raw}
}

func refuse(status int, word string) Response {
	ok := false
	raw, err := json.Marshal(answer{OK: &ok, Word: word})
	if err != nil {
		panic(err)
	}
	return Response{status, raw}
}

// change wakes whoever waits for something. The lock is held.
func (n *Network) change() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// now is a date that no other update has. The lock is held.
func (n *Network) now() int64 {
	n.date = max(n.date+1, n.clock().UnixMilli())
	return n.date
}
