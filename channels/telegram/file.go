package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/core"
)

const (
	fileTime = core.ClaimTime // for one call with a file; whoever calls has less
	maxPhoto = 10 << 20       // bytes: https://core.telegram.org/bots/api#sendphoto
	opFetch  = "telegram.Fetch"
)

// Fetch gives the bytes of a file. They come through here only: the address by which Telegram gives them has the token in it. An address is
// good for an hour, and each call asks for a new one.
func (a *Adapter) Fetch(ctx context.Context, remote core.RemoteID) (io.ReadCloser, error) {
	var found struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	params := map[string]string{"file_id": string(remote)}
	if err := a.api.call(ctx, callTime, "getFile", params, &found); err != nil {
		return nil, asked(opFetch, err)
	}
	switch {
	case found.Size > core.MaxFile:
		return nil, tooLarge()
	case found.Path == "":
		return nil, &core.Error{Op: opFetch, Kind: core.Unavailable, Reason: reasonSilent}
	case !plainPath(found.Path):
		return nil, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonElsewhere}
	}
	bytes, err := a.api.download(ctx, found.Path)
	if err != nil {
		return nil, err
	}
	return bytes, nil
}

func tooLarge() error {
	return &core.Error{Op: opFetch, Kind: core.Invalid, Reason: fmt.Sprintf("The file is larger than %d MB.", core.MaxFile>>20)}
}

// plainPath tells whether a file's path stays where files are. A server of one's own may give the place on its disk.
func plainPath(p string) bool {
	return !strings.HasPrefix(p, "/") && path.Clean(p) == p && !slices.Contains(strings.Split(p, "/"), "..") && !strings.Contains(p, `\`)
}

// download gets what is at a file's path. Its errors are *core.Error.
func (c *client) download(ctx context.Context, from string) (io.ReadCloser, error) {
	steps := strings.Split(from, "/")
	for i := range steps {
		steps[i] = url.PathEscape(steps[i])
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.files+strings.Join(steps, "/"), nil)
	if err != nil {
		return nil, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonElsewhere, Err: c.redact(err)}
	}
	request.Header.Set("Accept-Encoding", "identity") // so that its length is that of the file
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &core.Error{Op: opFetch, Kind: core.Unavailable, Reason: reasonAway, Err: c.redact(err)}
	}
	if e := downloaded(response, from); e != nil {
		return nil, errors.Join(e, response.Body.Close())
	}
	return &body{response.Body, c}, nil
}

// downloaded says what is wrong with what came instead of a file; nil: nothing. Whatever passes is tried again, with a new address.
func downloaded(r *http.Response, from string) error {
	e := &core.Error{Op: opFetch, Kind: core.Unavailable, Err: fmt.Errorf("download: status %d", r.StatusCode)}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	ending := strings.ToLower(path.Ext(from))
	switch {
	case r.StatusCode == http.StatusOK && r.ContentLength > core.MaxFile:
		return tooLarge()
	case r.StatusCode == http.StatusOK && kind == "text/html" && ending != ".html" && ending != ".htm":
		e.Reason = reasonStrange
	case r.StatusCode == http.StatusOK:
		return nil
	case r.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.Reason = core.Throttled, reasonSlow
		if seconds, err := strconv.ParseInt(r.Header.Get("Retry-After"), 10, 64); err == nil {
			e.RetryAfter = time.Duration(min(max(seconds, 0), int64(maxRetry/time.Second))) * time.Second
		}
	case r.StatusCode == http.StatusNotFound, r.StatusCode == http.StatusForbidden:
		e.Reason = reasonNoFile
	case r.StatusCode >= 300 && r.StatusCode < http.StatusInternalServerError:
		e.Reason = reasonStrange
	default:
		e.Reason = reasonSilent
	}
	return e
}

// body is a file on its way here.
type body struct {
	io.ReadCloser
	from *client
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.from.redact(err)
	}
	return n, err
}

// way is how a file is sent: https://core.telegram.org/bots/api#available-methods
type way struct{ method, field string }

var asDocument = way{"sendDocument", "document"}

// wayOf chooses what the customer sees best.
func wayOf(f core.OutgoingFile) way {
	switch f.Type {
	case "image/png", "image/jpeg", "image/webp":
		if f.Size <= maxPhoto {
			return way{"sendPhoto", "photo"}
		}
	case "image/gif":
		return way{"sendAnimation", "animation"}
	case "video/mp4":
		return way{"sendVideo", "video"}
	case "audio/mpeg":
		return way{"sendAudio", "audio"}
	case "application/ogg":
		if f.Kind == "voice" {
			return way{"sendVoice", "voice"}
		}
	}
	return asDocument
}

// sendFile sends a file as a message of its own. What Telegram does not take for a picture, a video and so on goes as a document.
func (a *Adapter) sendFile(ctx context.Context, chat int64, f core.OutgoingFile) (core.RemoteID, error) {
	by := wayOf(f)
	var made madeMessage
	err := a.upload(ctx, chat, by, f, &made)
	if by != asDocument && refusesMedia(err) {
		by = asDocument
		err = a.upload(ctx, chat, by, f, &made)
	}
	return made.name(chat, by.method, err)
}

// refusesMedia tells whether Telegram took offence at what is in a file, such as a picture that is too wide.
func refusesMedia(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.code == http.StatusBadRequest && says(err, "photo", "image_", "dimensions", "video", "animation", "audio", "voice", "wrong file type", "failed to")
}

// upload sends a file from the start, as a form that is made while it leaves.
func (a *Adapter) upload(ctx context.Context, chat int64, by way, f core.OutgoingFile, made *madeMessage) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	fail := func(err error) error { return &failure{method: by.method, err: err} }
	if err := w.WriteField("chat_id", strconv.FormatInt(chat, 10)); err != nil {
		return fail(err)
	}
	if _, err := w.CreateFormFile(by.field, f.Name); err != nil {
		return fail(err)
	}
	head := form.Len()
	if err := w.Close(); err != nil {
		return fail(err)
	}
	before, after := form.Bytes()[:head], form.Bytes()[head:]
	return a.api.post(ctx, fileTime, by.method, content{
		mediaType: w.FormDataContentType(), size: int64(form.Len()) + f.Size,
		open: func() (io.ReadCloser, error) {
			file, err := f.Open()
			if err != nil {
				return nil, &core.Error{Op: opDeliver, Kind: core.KindOf(err), Reason: reasonUnread, Err: err}
			}
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(bytes.NewReader(before), io.LimitReader(file, f.Size), bytes.NewReader(after)), file}, nil
		},
	}, made)
}
