package channeltest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"parley/channels"
	"parley/core"
)

// T is what the suite needs of a test: testing.T has it, and so has a recorder that only looks whether a case fails.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	TempDir() string
	Context() context.Context
}

// Driver plays one account of an adapter's network, and the customers who write to it. Customers have numbers from 1: the same number
// has the same name and the same ids in every driver of a network. Its methods may be called by many at once.
type Driver interface {
	// About says what is to be known of the network. It is data: the same at every call.
	About() About

	// Open makes a new adapter for the account, as a program does that starts. It does not run yet. It has the key that the account
	// had when Open was called.
	Open(c core.Channel, d Desk) (core.Adapter, error)

	// Do lets a customer do something, or the network in their chat. Of what says something the answer is the network's name for it, as
	// Screen and Act.Message have it.
	Do(customer int, a Act) (id string)

	// Screen gives what the customer sees of the conversation, in order.
	Screen(customer int) []Shown

	// Break lets the next calls that concern the customer go wrong, as many times, one fault after the other; customer 0: those that ask
	// for updates, and one that waits for some ends with it.
	Break(customer, times int, f Fault)

	// Turn switches a state of the whole account. Down, Revoked and Rival also end a call for updates that waits.
	Turn(s Switch, on bool)

	// Waiting says how many things the network has told, or has to tell, that the adapter has not acknowledged; what it holds back does
	// not count.
	Waiting() int

	// Conversation gives the id by which the core knows the customer's chat.
	Conversation(customer int) core.RemoteID
}

// About is what is to be known of a network.
type About struct {
	Kind     string
	Settings []byte // an account's document, with rates so high that no test waits for one
	Can      core.Capabilities
	Traits   Traits
	Secrets  []core.Secret // what must be seen nowhere: all keys that the account may come to have
}

// Traits are what a network does that core.Capabilities does not say.
type Traits struct {
	Own      bool          // tells an account of its own messages
	Programs bool          // tells what other programs write
	Service  bool          // tells of people who join, of topics that change
	Blocks   bool          // tells when a customer blocks the account
	Vanishes bool          // chats can cease to be
	Repeats  bool          // tells things more than once
	Swaps    bool          // tells things in another order than they happened
	Marks    core.TextUnit // what marks count in on its wire
	MarksIn  bool          // texts of customers come with marks
	MarksOut bool          // texts of agents can have marks
	Rivals   bool          // notices another program that reads the account's updates
	Files    bool          // customers can send files; with core.Capabilities.FilesIn they are fetched
}

// Desk is what an adapter gets of the program.
type Desk struct {
	Inbox   core.Inbox
	Reports channels.Reports
	Clock   core.Clock
	Log     *slog.Logger
}

// Verb is what a customer, or the network, does.
type Verb string

// What can be done.
const (
	Say     Verb = "say"     // Text or Literal, Marks, Message (what it answers), Name, File
	Edit    Verb = "edit"    // Message, Text
	Delete  Verb = "delete"  // Message
	React   Verb = "react"   // Message, Emoji; "" takes it back
	Block   Verb = "block"   // Quiet: and the account is not told
	Unblock Verb = "unblock" // likewise
	Vanish  Verb = "vanish"  // the chat ceases to be, and the account is not told

	Repeat Verb = "repeat" // what was told last is told again
	Hold   Verb = "hold"   // the next thing is told after the one that follows it

	Program Verb = "program" // another program writes Text into the chat
	Alias   Verb = "alias"   // the account's own program writes Text there, under a customer's name
	Service Verb = "service" // the network says something in the chat, such as that somebody joined

	UnknownKind  Verb = "unknown kind"  // an update of a kind that does not exist
	UnknownField Verb = "unknown field" // a message with Text, and members everywhere that do not exist
	UnknownMark  Verb = "unknown mark"  // a message with Text that has a mark of a kind that does not exist
)

// Act is something that a customer does.
type Act struct {
	Verb    Verb
	Text    string
	Literal string        // of Say, instead of Text: as a JSON string, with quotes
	Marks   []core.Entity // counted in Traits.Marks, and as wrong as they are
	Message string
	Emoji   string
	Name    string // the customer's, from now on
	File    Upload
	Quiet   bool
}

// Upload is a file that a customer sends.
type Upload struct {
	Name string // "": there is none
	Type string // media type, as the network tells it, and as wrong as it is
	Size int64  // likewise
	// Open gives its bytes from the start, for each who fetches them, no longer than ctx. It may give other bytes than it did, never end, or
	// end in an error.
	Open func(ctx context.Context) io.Reader
}

// Shown is a message on the customer's screen.
type Shown struct {
	ID       string
	Ours     bool // from the account
	Text     string
	Entities []core.Entity // counted in code points
	ReplyTo  string
	Reaction string // of the account
	Pinged   bool   // somebody was called by it, as by @everyone
	File     string // of a file: its name, "" where the network shows none
	Bytes    []byte // of a file
}

// FaultKind is how a call goes wrong.
type FaultKind string

// How calls go wrong. Those up to Drop are answered.
const (
	Throttle    FaultKind = "throttle" // too many requests; RetryAfter, negative: the network does not say for how long
	ServerError FaultKind = "server error"
	Page        FaultKind = "page"        // a proxy's page in HTML
	BrokenJSON  FaultKind = "broken JSON" // with a status that says that all is well
	Refusal     FaultKind = "refusal"     // in the network's own form, for a reason that does not exist
	Expired     FaultKind = "expired"     // with File, of a customer's: nobody gets it by the address that was good before
	Drop        FaultKind = "drop"        // Done: after the request was read, else before there was a connection
	Hang        FaultKind = "hang"        // well, but not answered before Until is closed; with Done it is done at once
)

// Fault is a call that goes wrong.
type Fault struct {
	Kind       FaultKind
	RetryAfter time.Duration
	Done       bool // what was asked for was done nevertheless
	Until      <-chan struct{}
	File       string // only calls that send, or fetch the bytes of, a file of this name: no other fault concerns calls that fetch. "": all others too
}

// Switch is a state of the whole account.
type Switch string

// The states.
const (
	Down    Switch = "down"    // the network cannot be reached
	Revoked Switch = "revoked" // the account's key is refused; off: there is another key, and adapters that are opened now have it
	Rival   Switch = "rival"   // another program reads the account's updates
	OwnSoon Switch = "own"     // the account is told of its own messages, each before the call that makes it is answered, which waits for that
	OwnLate Switch = "own late"
)

// Hooked is a Driver whose network calls the adapter, which is then an http.Handler.
type Hooked interface {
	// Calls says whom the network calls from now on.
	Calls(h http.Handler)
	// Body gives an update in which a customer says something, a new one each time.
	Body(customer int, text string) []byte
	// Request gives a body as the network would send it at that time.
	Request(body []byte, at time.Time) *http.Request
	// Forge spoils what proves that a request is the network's: one way of many, another for each number from 0; false: there is none.
	Forge(r *http.Request, way int) bool
	// Stamped says whether requests say when they were sent, and old ones are refused.
	Stamped() bool
}
