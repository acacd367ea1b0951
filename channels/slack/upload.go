package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// A file of ours is named by its room and its id, "C…/F…": Slack does not say at once which message it is in.

// fileReasons say why Slack does not take a file: https://docs.slack.dev/reference/methods/files.getUploadURLExternal#errors
var fileReasons = map[string]string{
	"blocked_file_type":                   "Slack does not allow this kind of file.",
	"file_upload_size_restricted":         "The file is larger than Slack allows.",
	"file_upload_size_zero":               "The file is empty.",
	"file_uploads_disabled":               "Files are switched off in Slack.",
	"file_uploads_except_images_disabled": "Slack allows no files here but images.",
	"malware_detected":                    "Slack takes the file for malware.",
	"storage_limit_reached":               "Slack has no room for more files.",
}

// deliverFile brings a file to the thread where agents work, or to a customer. Where an earlier attempt has brought its bytes, and nobody knows
// whether Slack shows them, Slack is asked: they are not sent twice.
func (a *Adapter) deliverFile(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	room, thread := string(o.To.Conversation), string(o.To.Thread)
	if !o.Surface {
		room, thread = place(o.To.Conversation)
	}
	id := mark(o, o.Step)
	file, known := a.uploads.get(id)
	var err error
	if known {
		there, err := a.shows(ctx, string(file), room)
		if there || err != nil {
			return core.Receipt{Part: remote(room, string(file))}, err
		}
	} else if file, err = a.upload(ctx, o.File); err == nil {
		a.uploads.add(id, file)
	}
	if err == nil {
		err = a.publish(ctx, o, file, room, thread)
	}
	switch kind := core.KindOf(err); {
	case err == nil:
		a.roomTrouble(room, "")
		return core.Receipt{Part: remote(room, string(file))}, nil
	case kind == core.Gone && !o.Surface:
	case kind == core.Gone:
		a.posts.forget(remote(room, thread))
	case kind == core.Invalid || says(err, "missing_scope"):
		a.uploads.forget(file)
		return a.unshown(ctx, o, err)
	}
	return core.Receipt{}, err
}

// unshown says in the thread that a file cannot be shown there: what waits behind it shall not wait for people to mend that. A customer gets no
// such line; the agent is told.
func (a *Adapter) unshown(ctx context.Context, o core.Outgoing, err error) (core.Receipt, error) {
	if !o.Surface {
		return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonOf(err), Err: err}
	}
	part, err := a.put(ctx, o, unshownPost(o, reasonOf(err)))
	return core.Receipt{Part: part}, err
}

// upload brings a file's bytes to Slack, where nobody sees them yet: whatever fails can be done again.
func (a *Adapter) upload(ctx context.Context, f core.OutgoingFile) (core.RemoteID, error) {
	to, err := a.api.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.Name, FileSize: int(f.Size)})
	if err != nil {
		return "", a.unpermitted(fileFault(asked(opDeliver, err)))
	}
	u, err := url.Parse(to.UploadURL)
	if err != nil || !a.api.trusts(u) || !aFile.MatchString(to.FileID) {
		return "", &core.Error{Op: opDeliver, Kind: core.Unavailable, Reason: reasonStrange, RetryAfter: roomPause}
	}
	body, err := f.Open()
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), body)
	if err != nil {
		_ = body.Close() // was only read
		return "", &core.Error{Op: opDeliver, Kind: core.Unavailable, Reason: reasonStrange}
	}
	request.ContentLength = f.Size
	request.Header.Set("Content-Type", "application/octet-stream")
	response, err := a.api.carry(opDeliver, request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()                                      //nolint:errcheck // was only read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16)) // or the connection is lost
	if response.StatusCode != http.StatusOK {
		return "", uploadFault(response)
	}
	return core.RemoteID(to.FileID), nil
}

// uploadFault says what an answer means that has not taken the bytes.
func uploadFault(response *http.Response) *core.Error {
	f := &failure{method: "upload", left: true, status: response.StatusCode, err: statusError(response.StatusCode)}
	e := &core.Error{Op: opDeliver, Kind: core.Unavailable, Reason: reasonSilent, Err: f}
	switch {
	case response.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, retryAfter(response.Header)
	case response.StatusCode/100 == 4:
		e.Kind, e.Reason = core.Invalid, reasonRefused
	}
	return e
}

// publish shows a file that Slack has, in a thread or a conversation.
func (a *Adapter) publish(ctx context.Context, o core.Outgoing, file core.RemoteID, room, thread string) error {
	_, err := a.api.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: string(file), Title: o.File.Name}}, Channel: room, ThreadTimestamp: thread,
	})
	switch {
	case err == nil:
		return nil
	case says(err, goneWords...): // of an earlier attempt: its bytes were not kept
		a.uploads.forget(file)
		return &core.Error{Op: opDeliver, Kind: core.Unavailable, Reason: reasonFileGone, Err: err}
	case !o.Surface:
		return a.unpermitted(fileFault(a.unreached(room, err)))
	case says(err, "invalid_thread_ts"):
		return lost(err)
	}
	return a.unpermitted(fileFault(a.refused(room, err)))
}

// fileFault gives an error of Slack's about a file the reason that people are told.
func fileFault(err error) error {
	e, ok := errors.AsType[*core.Error](err)
	if reason := fileReasons[wordOf(err)]; ok && reason != "" {
		e.Kind, e.Reason = core.Invalid, reason
	}
	return err
}

// shows tells whether Slack shows a file in a room. Where it never says, it is shown once more rather than not at all.
func (a *Adapter) shows(ctx context.Context, file, room string) (bool, error) {
	if _, seen := a.shared.get(room + "/" + file); seen {
		return true, nil
	}
	f, err := a.fileInfo(ctx, file)
	switch {
	case says(err, "missing_scope"), core.KindOf(err) == core.Invalid:
		return false, nil
	case err != nil:
		return false, err
	}
	return f.in(room), nil
}

// sighted notes in which message a file of ours has come back.
func (a *Adapter) sighted(d doing) {
	for _, f := range d.attached {
		a.shared.add(d.room+"/"+f.ID, d.remote())
	}
}

// isFile tells whether a part is a file of ours.
func isFile(part core.RemoteID) bool {
	_, id, _ := strings.Cut(string(part), "/")
	return aFile.MatchString(id)
}

// dropFile deletes a file of ours, wherever it is shown, and what is left of the message that had it, as far as that is known.
func (a *Adapter) dropFile(ctx context.Context, part core.RemoteID) (core.RemoteID, error) {
	room, id, err := split(part)
	if err != nil {
		return "", err
	}
	err = a.api.api.DeleteFileContext(ctx, id)
	if err != nil && !says(err, goneWords...) {
		return "", a.unpermitted(fault(opDeliver, err))
	}
	if at, known := a.shared.get(string(part)); known {
		if _, ts, err := split(at); err == nil {
			if _, _, err := a.api.api.DeleteMessageContext(ctx, room, ts); err != nil && !says(err, "message_not_found") {
				a.config.Log.InfoContext(ctx, "what a file has left is not deleted", "error", asked(opDeliver, err))
			}
		}
	}
	return part, nil
}
