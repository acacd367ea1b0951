package core

import (
	"context"
	"time"
)

// Adapter speaks for one configured account. It runs on one node at a time.
type Adapter interface {
	// Run receives until ctx ends, and then returns nil. It says "taken" to the network only for what Inbox.Receive has
	// answered. An error ends this run; it is started again after a while, but for Unauthorized, which waits for new settings.
	Run(ctx context.Context) error

	// Deliver does the next step of one owed thing; one at a time per lane. Its errors say what is to become of it:
	// Throttled (not done: again after RetryAfter, and with Scope "channel" nothing else of the channel before that), Unavailable (not
	// done: again later), Uncertain (may have been done), Unauthorized (not done, and nothing can be until there is another
	// key), Gone (not done: the customer cannot be reached, Reason says why; with Scope "thread" the surface's thread is lost, and is
	// made anew), any other (not done, and never will be; Reason says why).
	Deliver(ctx context.Context, o Outgoing) (Receipt, error)

	// Capabilities says what the channel can do. It is data: the same at every call.
	Capabilities() Capabilities
}

// Checker is an adapter that can ask its network whether all is well: the test button. The answer is a line for people,
// such as the account's name.
type Checker interface {
	Check(ctx context.Context) (string, error)
}

// Typist is an adapter that can show the customer that an agent writes.
type Typist interface {
	Typing(ctx context.Context, to Address) error
}

// Address is where on a channel something is said.
type Address struct {
	Conversation RemoteID
	Thread       RemoteID // "" where the channel has none
}

// Capabilities is what a channel can do. What it cannot degrades in a stated way (channels/README.md).
type Capabilities struct {
	Pulls bool // shows the log by itself: nothing is owed to it

	EditOut   bool // else a correction is sent
	DeleteOut bool // else the message stays with the customer, and the agent is told
	ReactOut  bool // else the reaction stays inside
	ReplyOut  bool // else the answer stands alone
	TypingOut bool
	EditIn    bool
	DeleteIn  bool
	ReactIn   bool
	ReadIn    bool // tells how far the customer has read
	Initiate  bool // can write first
	Finds     bool // can look whether something was posted: then nothing is uncertain, it is looked for before it is posted again

	FilesIn  bool  // is a Fetcher: what comes with a message is fetched
	FilesOut bool  // does OutFile; else agents cannot send files
	MaxFile  int64 // of a file that goes out, in bytes; zero: MaxFile of the core

	MaxText int      // of one part, in Unit; zero: MaxText of the core
	Unit    TextUnit // what MaxText counts

	ConversationRate Rate // what one conversation's bucket takes
	ChannelRate      Rate // what the whole account takes
}

// TextUnit is what a network counts texts in.
type TextUnit string

// The units.
const (
	UnitByte  TextUnit = ""
	UnitUTF16 TextUnit = "utf16"
	UnitRune  TextUnit = "rune"
)

// Rate is so many calls in a time, of which Burst may come at once. The zero Rate does not limit.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int
}
