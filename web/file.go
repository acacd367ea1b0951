package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"parley/core"
)

const (
	filesPath  = "/api/v1/files/"
	rawType    = "application/octet-stream"
	uploadTime = 10 * time.Minute // for all of a file to arrive
	answerTime = 30 * time.Second // for what is answered to it
	serveTime  = 10 * time.Minute // for all of a file to leave
)

// File is a file that was brought, and that a message may name among its attachments.
type File struct {
	ID   string `json:"id" example:"fil_5k"`
	Name string `json:"name" doc:"the last part of what it was called, without what means something to file systems"`
	Kind string `json:"kind" doc:"photo where it can be shown, else file"`
	Type string `json:"type" doc:"media type, by content"`
	Size int64  `json:"size" doc:"bytes"`
}

type (
	fileInput struct {
		Name string `query:"name" doc:"what it is called"`
		exchange
	}
	fileOutput struct{ Body File }

	onFile struct {
		ID string `path:"id" example:"fil_5k"`
		download
	}
	download    struct{ exchange }
	bytesOutput struct{ Body func(huma.Context) }
)

// exchange is the request itself and the way to answer it, for what is too large for memory.
type exchange struct {
	w http.ResponseWriter
	r *http.Request
}

// Resolve keeps the request.
func (e *exchange) Resolve(ctx huma.Context) []error {
	c := humagin.Unwrap(ctx)
	e.w, e.r = c.Writer, c.Request
	return nil
}

// someBytes are new each time: huma writes into the schemas that it is given, and several servers may stand in one process.
func someBytes() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{rawType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

func (*fileInput) describe(op *huma.Operation) {
	op.RequestBody = &huma.RequestBody{
		Required: true, Content: someBytes(), Description: fmt.Sprintf("The file itself, at most %d bytes, as %s whatever it is", core.MaxFile, rawType),
	}
}

func (*onFile) describe(op *huma.Operation) {
	op.Description = "An image that runs nothing comes as what it is, to be shown; all else as an attachment. 410 with the reason for a file that has not come."
	op.Responses = map[string]*huma.Response{"200": {Description: "The bytes", Content: someBytes()}, "206": {Description: "Those of a Range", Content: someBytes()}}
}

// bring keeps a file for its agent. Its body is read as it comes, and what is not whole is not kept.
func (s *Server) bring(ctx context.Context, in *fileInput) (*fileOutput, error) {
	if in.r.Header.Get("Content-Type") != rawType {
		p := problem(codeMediaType)
		p.Detail = "Send the file's bytes as " + rawType + "."
		return nil, p
	}
	if in.r.ContentLength > core.MaxFile {
		return nil, fileTooLarge()
	}
	until := http.NewResponseController(in.w) // a test's recorder has no deadlines
	_ = until.SetReadDeadline(s.clock().Add(uploadTime))
	_ = until.SetWriteDeadline(s.clock().Add(uploadTime + answerTime))
	f, err := s.hub.Bring(ctx, core.File{Agent: callerOf(ctx).actor.Agent.ID, Name: in.Name}, arriving{http.MaxBytesReader(in.w, in.r.Body, core.MaxFile)})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, problem(codeIncomplete)
	case err != nil:
		return nil, err
	}
	return &fileOutput{File{ID: f.ID.String(), Name: f.Name, Kind: core.KindOfFile("", f.Type), Type: f.Type, Size: f.Size}}, nil
}

// arriving is a body whose errors say what the sender is answered.
type arriving struct{ from io.Reader }

func (a arriving) Read(b []byte) (int, error) {
	n, err := a.from.Read(b)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, fileTooLarge()
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return n, problem(codeSlow)
	}
	return n, problem(codeIncomplete)
}

func fileTooLarge() *Problem {
	p := problem(codeTooLarge)
	p.Detail = fmt.Sprintf("A file may have at most %d MB.", core.MaxFile>>20)
	return p
}

// attached gives the media of a message that names files.
func attached(ids []string) ([]core.Media, error) {
	var media []core.Media
	for _, text := range ids {
		id, err := idOf("attachments", text, core.ParseID[core.FileID])
		if err != nil {
			return nil, err
		}
		media = append(media, core.Media{File: id})
	}
	return media, nil
}

// file gives the bytes of a file to an agent: NotFound while they are still to come, Gone with the reason where they will not.
func (s *Server) file(ctx context.Context, in *onFile) (*bytesOutput, error) {
	id, err := core.ParseID[core.FileID](in.ID)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	scope := who.Scope()
	f, err := s.store.File(ctx, scope, id)
	if err == nil && f.Message != 0 { // a part of a transcript
		err = s.noteFile(ctx, who, f)
	}
	if err == nil && f.State == core.FileRefused {
		err = s.refusal(ctx, scope, f)
	}
	if err != nil {
		return nil, err
	}
	return &bytesOutput{func(huma.Context) { s.serveFile(in.w, in.r, f) }}, nil
}

// noteFile notes that a file of a session is read, if the session is not the agent's own.
func (s *Server) noteFile(ctx context.Context, who core.Actor, f core.File) error {
	m, err := s.store.MessageIn(ctx, who.Scope(), f.Message)
	if err != nil {
		return err
	}
	return s.hub.NoteReading(ctx, who, m.Session)
}

// refusal says why a file's bytes will not come.
func (s *Server) refusal(ctx context.Context, scope core.Scope, f core.File) error {
	m, err := s.store.MessageIn(ctx, scope, f.Message)
	if err != nil {
		return err
	}
	gone := &core.Error{Op: "web.file", Kind: core.Gone}
	x, _ := core.ParseExtra(m.Data)
	x.WithFile(f.ID, func(has *core.Media) { gone.Reason = has.Reason })
	return gone
}

// keyedFile gives the bytes of a file to whoever knows its key, on whatever site. Nothing else about them is looked at.
func (s *Server) keyedFile(w http.ResponseWriter, r *http.Request) {
	f, err := s.store.FileByKey(r.Context(), r.PathValue("key"))
	if err != nil {
		s.tell(r.Context(), err).write(w)
		return
	}
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	s.serveFile(w, r, f)
}

// serveFile writes a file that is ready, and says NotFound of any other.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, f core.File) {
	err := error(&core.Error{Op: "web.serveFile", Kind: core.NotFound})
	if f.State == core.FileReady {
		_ = http.NewResponseController(w).SetWriteDeadline(s.clock().Add(serveTime)) // a test's recorder has none
		err = s.files.Serve(w, r, f)
	}
	if err != nil {
		s.tell(r.Context(), err).write(w)
	}
}
