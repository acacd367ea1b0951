package core

import (
	"cmp"
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Limits of files.
const (
	MaxFile      = 25 << 20 // bytes of one
	MaxUnclaimed = 20       // files that somebody has brought in UnclaimedTime and not said yet
	ClaimTime    = 24 * time.Hour

	UnclaimedTime     = time.Hour
	MaxUnclaimedBytes = 2 << 30 // of all that customers of a channel have brought and not said yet
)

// FileState is how far a file has come on its way to us.
type FileState string

// The states of a file.
const (
	FilePending FileState = "pending" // its bytes are still to come
	FileReady   FileState = "ready"
	FileRefused FileState = "refused" // its bytes will not come; Reason says why
)

// File is something with bytes that belongs to a message: the row beside the bytes.
type File struct {
	ID     FileID    `db:"id"`
	Key    string    `db:"key"`    // what the bytes are kept as: 128 random bits at least, so that who knows it may read them
	Name   string    `db:"name"`   // as who sent it calls it, cleaned by FileName
	Type   string    `db:"type"`   // media type, by content
	Size   int64     `db:"size"`   // bytes
	State  FileState `db:"state"`  //
	Remote RemoteID  `db:"remote"` // what its channel calls it, where it is fetched from one

	// Who brought it: an agent, or somebody on a channel.
	Agent    AgentID   `db:"agent"`
	Channel  ChannelID `db:"channel"`
	Identity RemoteID  `db:"identity"`
	Room     RemoteID  `db:"room"` // the surface where an agent said it; it is not shown there once more

	Message   EventID `db:"message"` // the message that has claimed it; zero: none yet, and it goes after ClaimTime
	CreatedAt Time    `db:"created_at"`
}

// Fetcher is an adapter that can fetch what came with a message. Its errors are as those of Deliver.
type Fetcher interface {
	// Fetch gives the bytes of what the network calls so. Whoever asks closes them, and reads no more than MaxFile.
	Fetch(ctx context.Context, remote RemoteID) (io.ReadCloser, error)
}

// OutgoingFile is a file on its way out. Open gives its bytes from the start, each time: every attempt sends them all.
type OutgoingFile struct {
	Name string
	Type string
	Size int64
	Kind string // as Media.Kind
	Open func() (io.ReadSeekCloser, error)
}

// NewFileKey makes a file's key.
func NewFileKey() string { return NewToken().Reveal() }

// rasters are the types of image that browsers show without running anything.
var rasters = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// Shows tells whether files of a media type may be shown in a page. All others are only offered to be saved (SECURITY 5, 6).
func Shows(mediaType string) bool { return slices.Contains(rasters, mediaType) }

// KindOfFile gives what Media.Kind says of a file whose type is known by content; told is what the network called it.
func KindOfFile(told, mediaType string) string {
	switch {
	case Shows(mediaType):
		if told == "sticker" {
			return told
		}
		return "photo"
	case told == "photo" || told == "":
		return "file"
	}
	return told
}

// FileName gives the last part of a name, without what is not shown or means something to a file system, and no longer than MaxName. A
// name of which nothing is left is "file".
func FileName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if control(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, s)
	s = strings.Trim(s, " .")
	if len(s) > MaxName { // its end says what it is
		end := path.Ext(s)
		if len(end) > 20 {
			end = ""
		}
		s = strings.ToValidUTF8(s[:MaxName-len(end)], "") + end
	}
	if s == "/" {
		s = ""
	}
	return cmp.Or(s, "file")
}

// WithFile gives the extra with a file's media changed by f; false: it has none.
func (x Extra) WithFile(id FileID, f func(*Media)) (Extra, bool) {
	i := slices.IndexFunc(x.Media, func(m Media) bool { return m.File == id })
	if i < 0 || id == 0 {
		return x, false
	}
	x.Media = slices.Clone(x.Media)
	f(&x.Media[i])
	return x, true
}

// Whole gives how far a message with files is on its way: as far as the part of it that fares worst.
func (x Extra) Whole() DeliveryState {
	states := []DeliveryState{x.Words}
	for _, m := range x.Media {
		states = append(states, m.Sent)
	}
	for _, worst := range []DeliveryState{Failed, MaySent, Queued, Sent, Dropped} {
		if slices.Contains(states, worst) {
			return worst
		}
	}
	return ""
}
