package widget

import (
	"strconv"
	"unicode/utf8"

	"parley/core"
)

// Frames to the client are appended by hand: the hot ones are sent once for every visitor who looks on, and the rest are
// short.

const version = 1

var pong = []byte(`{"type":"pong"}`)

func welcome(token core.Secret, department string, t Texts, files bool) []byte {
	b := append([]byte(`{"type":"welcome","version":`), strconv.Itoa(version)...)
	b = appendMember(b, "token", token.Reveal())
	b = appendMember(b, "department", department)
	b = appendMember(b, "title", t.Title)
	b = appendMember(b, "greeting", t.Greeting)
	if files {
		b = strconv.AppendInt(append(b, `,"max_file":`...), core.MaxFile, 10)
	}
	return append(b, '}')
}

func ack(id string) []byte {
	return append(appendMember([]byte(`{"type":"ack"`), "id", id), '}')
}

func typing(name string) []byte {
	return append(appendMember([]byte(`{"type":"typing"`), "name", name), '}')
}

// read says up to which of their messages the customer has been read.
func read(ref string) []byte {
	return append(appendMember([]byte(`{"type":"read"`), "about", ref), '}')
}

// status says what is shown of a department that takes no new sessions; "" where it does.
func status(closed string) []byte {
	return append(appendMember([]byte(`{"type":"status"`), "closed", closed), '}')
}

// queue says how somebody stands in the queue, or that they do not.
func queue(w core.Wait) []byte {
	b := []byte(`{"type":"queue"`)
	if w == (core.Wait{}) {
		return append(b, '}')
	}
	b = append(b, `,"waiting":true`...)
	switch {
	case w.Place == 0:
	case w.Show == core.ShowBefore:
		b = strconv.AppendInt(append(b, `,"before":`...), w.Place-1, 10)
	default:
		b = strconv.AppendInt(append(b, `,"place":`...), w.Place, 10)
	}
	if w.Beyond {
		b = append(b, `,"beyond":true`...)
	}
	if w.Minutes != 0 {
		b = strconv.AppendInt(append(b, `,"minutes":`...), w.Minutes, 10)
	}
	return append(b, '}')
}

// events is a continuation if the frame has After, else a snapshot.
func events(f core.VisitorFrame) []byte {
	b := append(make([]byte, 0, frameSize(f)), `{"type":"events"`...)
	if f.After != "" {
		b = appendMember(b, "after", f.After)
		b = appendMember(b, "cursor", f.Cursor)
	} else {
		b = appendMember(b, "cursor", f.Cursor)
		b = appendStart(b, f)
	}
	return appendEvents(b, f.Events)
}

// older is what was before.
func older(f core.VisitorFrame) []byte {
	b := append(make([]byte, 0, frameSize(f)), `{"type":"older"`...)
	return appendEvents(appendStart(b, f), f.Events)
}

// frameSize guesses the length of a frame, so that it is seldom moved while it grows.
func frameSize(f core.VisitorFrame) int {
	n := 256
	for i := range f.Events {
		n += 160 + len(f.Events[i].Text) + len(f.Events[i].Text)/16 + 320*len(f.Events[i].Media)
	}
	return n
}

func appendStart(b []byte, f core.VisitorFrame) []byte {
	b = appendMember(b, "start", f.Start)
	return strconv.AppendBool(append(b, `,"more":`...), f.More)
}

func appendEvents(b []byte, events []core.VisitorEvent) []byte {
	b = append(b, `,"events":[`...)
	for i := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEvent(b, &events[i])
	}
	return append(b, ']', '}')
}

func appendEvent(b []byte, e *core.VisitorEvent) []byte {
	b = appendString(append(b, `{"kind":`...), string(e.Kind))
	b = appendMember(b, "at", e.At.String())
	switch e.Kind {
	case core.EventMessage:
		b = appendFlag(b, "mine", e.Mine)
		b = appendMember(b, "id", e.ClientID)
		b = appendMember(b, "ref", e.Ref)
		b = appendMember(b, "about", e.About)
		b = appendMember(b, "name", e.Name)
		b = appendFlag(b, "edited", e.Edited)
		b = appendFlag(b, "deleted", e.Deleted)
		b = appendReactions(b, e.Reactions)
		b = appendMedia(b, e.Media)
		b = appendMember(b, "text", e.Text)
	case core.EventFile:
		b = appendMember(b, "about", e.About)
		b = appendMedia(b, e.Media)
	case core.EventEdited, core.EventDeleted, core.EventReacted:
		b = appendFlag(b, "mine", e.Mine)
		b = appendMember(b, "about", e.About)
		name := "text"
		if e.Kind == core.EventReacted {
			name = "emoji"
		}
		b = appendMember(b, name, e.Text)
	case core.EventRated:
		b = appendMember(b, "about", e.About)
		b = appendMember(b, "rating", string(e.Rating))
		b = appendMember(b, "comment", e.Text)
	case core.EventBlocked, core.EventUnblocked: // not by whom
		b = appendMember(b, "until", e.Until.String())
	default:
		b = appendMember(b, "outcome", string(e.Outcome))
		b = appendMember(b, "name", e.Name)
	}
	return append(b, '}')
}

// appendMedia adds what comes with a message. The address of a file is there as soon as its bytes are.
func appendMedia(b []byte, all []core.Media) []byte {
	for i, m := range all {
		if i == 0 {
			b = append(b, `,"media":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendOne(b, m)
	}
	if len(all) > 0 {
		b = append(b, ']')
	}
	return b
}

// brought is the answer to a file.
func brought(m core.Media) []byte { return appendOne(nil, m) }

func appendOne(b []byte, m core.Media) []byte {
	b = appendString(append(b, `{"kind":`...), m.Kind)
	if m.File != 0 {
		b = appendMember(b, "id", m.File.String())
	}
	b = appendMember(b, "name", m.Name)
	b = appendMember(b, "type", m.Type)
	if m.Size > 0 {
		b = strconv.AppendInt(append(b, `,"size":`...), m.Size, 10)
	}
	b = appendMember(b, "state", string(m.State))
	if m.State == core.FileReady { // why another's will not come is not the visitor's to know
		b = appendMember(b, "url", FilesPath+"/"+m.Key)
	}
	return append(b, '}')
}

func appendReactions(b []byte, all []core.Reaction) []byte {
	for i, r := range all {
		if i == 0 {
			b = append(b, `,"reactions":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(appendMember(append(b, `{"mine":`+strconv.FormatBool(r.By == core.ByCustomer)...), "emoji", r.Emoji), '}')
	}
	if len(all) > 0 {
		b = append(b, ']')
	}
	return b
}

// appendFlag adds a member that is true; one that is not is left out.
func appendFlag(b []byte, name string, set bool) []byte {
	if !set {
		return b
	}
	return append(append(append(b, ',', '"'), name...), `":true`...)
}

// appendMember adds a member that is not the first; one that is empty is left out.
func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

const hex = "0123456789abcdef"

// appendString adds s as JSON. The line and paragraph separators are escaped, because old scripts take them for ends of
// lines; what is not UTF-8 becomes U+FFFD, because a browser ends a connection on which such a byte comes.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
			if r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || n > 1) {
				i += n
				continue
			}
		}
		b = appendEscaped(append(b, s[start:i]...), r)
		i += n
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case utf8.RuneError:
		return append(b, "\uFFFD"...)
	}
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
