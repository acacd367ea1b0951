package core

import "context"

// InboundVerb names what a customer did.
type InboundVerb string

// What a customer can do.
const (
	InboundMessage InboundVerb = "message" // says something; begins a session if none is open
	InboundEmpty   InboundVerb = "empty"   // sends without a word; begins an empty session if none is open
	InboundEdit    InboundVerb = "edit"    // changes what they said in Target
	InboundDelete  InboundVerb = "delete"  // takes Target back
	InboundReact   InboundVerb = "react"   // shows Emoji on Target; "" takes it back
	InboundEnd     InboundVerb = "end"     // ends the open session
	InboundRate    InboundVerb = "rate"    // rates the session of About, which may have ended; Text is their comment
	InboundRead    InboundVerb = "read"    // has seen all up to Seen
	InboundTyping  InboundVerb = "typing"  // writes; told, not stored
	InboundLost    InboundVerb = "lost"    // cannot be reached any more: blocked us, left. Reason says how
	InboundFound   InboundVerb = "found"   // can be reached again
	InboundUnknown InboundVerb = "unknown" // something that the adapter does not understand: kept aside with Reason and Raw
)

// Inbound is what a customer did, in our words, as an adapter hands it to the hub.
type Inbound struct {
	Channel      ChannelID
	Department   DepartmentID // the channel's: where a new session begins
	Verb         InboundVerb
	Dedupe       string   // of all that is stored: unique within the channel, as CheckDedupe wants it; the same again is the same
	At           Time     // when the network says that it happened; zero: it does not say
	Identity     RemoteID // who, as the channel knows them
	Profile      Profile  // what the channel knows of them
	Conversation RemoteID // where
	Content               // message, edit; rate has a text alone, which may be empty
	Remote       RemoteID // message: what the channel calls it, unique within the channel; "": nothing, it is never spoken of again
	ReplyTo      RemoteID // message: what it answers, "" for nothing
	Target       RemoteID // edit, delete, react: what it is about
	Emoji        string   // react
	Seen         EventID  // read
	About        EventID  // rate: a message of the session
	Rating       Rating   // rate: "" takes it back
	Reason       string   // lost, unknown: a sentence for people
	Raw          string   // unknown: what came, without secrets; at most MaxRaw bytes are kept
	Country      string   // message: ISO code of where they are; "": not known
}

// MaxRaw bounds what is kept of something that was not understood, in bytes.
const MaxRaw = 16 << 10

// Inbox takes what customers do. It returns when that is durable; then, and only then, the network may be told so. What cannot be
// applied yet, such as an edit of a message that has not come, is kept aside and applied when it can be.
// Errors are *Error: Invalid and Forbidden (never accepted), Ended (nothing to end), Closed (a site's message would begin a session, and none is taken), Busy and Unavailable (again later, the same way).
type Inbox interface {
	Receive(ctx context.Context, in Inbound) error
}

// CheckDedupe says whether s may be an idempotency key: 1 to 100 printable ASCII characters without spaces.
func CheckDedupe(field, s string) error {
	if s == "" {
		return invalid(field, "is empty")
	}
	if len(s) > 100 {
		return invalid(field, "is too long")
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return invalid(field, "has characters that are not printable ASCII")
		}
	}
	return nil
}

// Check says whether the inbound can be accepted at all.
func (in Inbound) Check() error {
	switch in.Verb {
	case InboundMessage, InboundEdit:
		if err := in.Content.Check(); err != nil {
			return err
		}
	case InboundReact:
		if err := CheckEmoji("emoji", in.Emoji); err != nil {
			return err
		}
	case InboundRate:
		if err := checkRating(in.Rating, in.Text); err != nil {
			return err
		}
	case InboundEmpty, InboundDelete, InboundUnknown, InboundLost, InboundFound:
	default:
		return nil
	}
	if err := CheckDedupe("client_id", in.Dedupe); err != nil {
		return err
	}
	if in.Profile.Name != "" {
		return CheckName("name", in.Profile.Name)
	}
	return nil
}
