package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"parley/core"
)

// routes is every address of the API with the right that it needs, besides the stream (STREAM.md), which is signedIn.
func (s *Server) routes() []route {
	return []route{
		{"GET", "/healthz", public, "Whether the process lives", plain(s.healthz)},
		{"GET", "/readyz", public, "Whether requests can be served", plain(s.readyz)},
		{"GET", "/metrics", public, "Figures for Prometheus: to this machine, and to keys of that scope", plain(s.scrape)},
		{"GET", "/api/v1/openapi.json", public, "This description", plain(s.openapi)},

		{"POST", "/api/v1/login", public, "Sign in and get the login's cookie", handle(s.login)},
		{"POST", "/api/v1/logout", public, "End the cookie's login", handle(s.logout)},
		{"GET", "/api/v1/me", signedIn, "Who is signed in, with their departments and roles", handle(s.me)},
		{"PUT", "/api/v1/me/availability", signedIn, "Say whether one works: for colleagues to see", handle(s.setAvailability)},
		{"PUT", "/api/v1/me/limit", signedIn, "Say how many sessions one wants at once", handle(s.setLimit)},
		{"GET", "/api/v1/me/links", signedIn, "One's own accounts on channels where agents work", handle(s.links)},
		{"POST", "/api/v1/me/link-codes", signedIn, "Get a code that links an account to oneself, when it is said on a channel", create(s.newLinkCode)},
		{"DELETE", "/api/v1/me/links/{id}", signedIn, "End a link of one's own", handle(s.unlink)},
		{"GET", "/api/v1/counters", signedIn, "What the badges show", handle(s.counters)},
		{"GET", "/api/v1/departments", signedIn, "The departments where one has a role, or all", handle(s.departments)},
		{"GET", "/api/v1/settings", admins, "What is set for all departments", handle(s.allSettings)},
		{"PUT", "/api/v1/settings", admins, "Set it; what a department has of its own goes before it", handle(s.setAllSettings)},
		{"GET", "/api/v1/departments/{id}/settings", signedIn, "What is set for a department: to admins, and to its supervisors with the permission", handle(s.settings)},
		{"PUT", "/api/v1/departments/{id}/settings", signedIn, "Set it; its open sessions follow at once", handle(s.setSettings)},
		{"GET", "/api/v1/switch", admins, "The installation's switch, above those of all departments", handle(s.installationSwitch)},
		{"PUT", "/api/v1/switch", admins, "Set it", handle(s.setInstallation)},
		{"GET", "/api/v1/switches", admins, "When and by whom it was set, newest first", handle(s.installationSwitched)},
		{"GET", "/api/v1/departments/{id}/switch", signedIn, "Whether a department takes new sessions, and what closes it if not", handle(s.departmentSwitch)},
		{"PUT", "/api/v1/departments/{id}/switch", signedIn, "Set its switch by hand, or let its rules: for its supervisors and admins", handle(s.setSwitch)},
		{"GET", "/api/v1/departments/{id}/switches", signedIn, "When and by what its switch was set, newest first: for its supervisors and admins", handle(s.switched)},
		{"GET", "/api/v1/audit", admins, "Who changed what by hand, and who read others' sessions: newest first", handle(s.audit)},
		{"GET", "/api/v1/customers/{id}", signedIn, "A customer whose sessions one sees, and the channels they have written through", handle(s.customer)},
		{"GET", "/api/v1/agents", signedIn, "Colleagues, by name", handle(s.agents)},
		{"PATCH", "/api/v1/agents/{id}", signedIn, "Change what languages an agent speaks, which they may themselves, and what skills they have: for admins, and supervisors where they work", handle(s.setAbilities)},

		{"GET", "/api/v1/agents/{id}/permissions", admins, "What an agent may, and what of it was given to them in person", handle(s.permissions)},
		{"PUT", "/api/v1/agents/{id}/permissions", admins, "Give an agent permissions in person, in the place of those before", handle(s.permit)},
		{"GET", "/api/v1/groups", admins, "The groups of agents, that of everybody first", handle(s.groups)},
		{"POST", "/api/v1/groups", admins, "Add a group", create(s.addGroup)},
		{"PUT", "/api/v1/groups/{id}", admins, "Change a group: all of it, members too", handle(s.setGroup)},
		{"DELETE", "/api/v1/groups/{id}", admins, "Remove a group", handle(s.removeGroup)},

		{"GET", "/api/v1/hooks", admins, "Whom we call when something happens, and how they fare", handle(s.listHooks)},
		{"POST", "/api/v1/hooks", admins, "Add a hook, and get its secret, which is shown this once", create(s.addHook)},
		{"PUT", "/api/v1/hooks/{id}", admins, "Change a hook, all of it but its secret, or switch it on or off", handle(s.setHook)},
		{"DELETE", "/api/v1/hooks/{id}", admins, "Remove a hook, with all that is owed to it", handle(s.removeHook)},
		{"POST", "/api/v1/hooks/{id}/secret", admins, "Give a hook another secret; the one before signs too for a day", handle(s.rotateHook)},
		{"POST", "/api/v1/hooks/{id}/test", admins, "Call a hook once, now, with something that has not happened", handle(s.testHook)},
		{"GET", "/api/v1/hooks/{id}/calls", admins, "What a hook is and was told, and what came of it, newest first", handle(s.hookCalls)},
		{"POST", "/api/v1/hooks/{id}/replay", admins, "Make calls of a hook again, with the ids that they had", handle(s.replayHook)},
		{"GET", "/api/v1/bindings", admins, "The accounts on systems where records live, and how they fare", handle(s.bindings)},
		{"GET", "/api/v1/bindings/providers", admins, "The kinds of system where records live, and what each asks for", handle(s.providerKinds)},
		{"POST", "/api/v1/bindings", admins, "Set an account up, and get the keys that were made for it, which are shown this once", create(s.addBinding)},
		{"PUT", "/api/v1/bindings/{id}", admins, "Change an account: its name, all its settings, and the keys that are given; what is owed to it is tried at once", handle(s.setBinding)},
		{"DELETE", "/api/v1/bindings/{id}", admins, "Use an account no more, and forget its keys; what is owed to it waits until it is set up again", handle(s.removeBinding)},
		{"POST", "/api/v1/bindings/{id}/test", admins, "Ask an account's system whether all is well", handle(s.testBinding)},
		{"GET", "/api/v1/bindings/{id}/types", admins, "The types of record that an account has, to make record types of", handle(s.remoteTypes)},
		{"GET", "/api/v1/record-types", signedIn, "What one's departments create from sessions, or all departments", handle(s.recordTypes)},
		{"POST", "/api/v1/record-types", admins, "Add a type of record to a department", create(s.addRecordType)},
		{"PUT", "/api/v1/record-types/{id}", admins, "Change its name and its fields; records that are there stay", handle(s.setRecordType)},
		{"DELETE", "/api/v1/record-types/{id}", admins, "Offer it no more; records that are there stay", handle(s.removeRecordType)},
		{"GET", "/api/v1/record-types/{id}/export", signedIn, "Its records as a table, to supervisors of its department", handle(s.exportRecords)},
		{"GET", "/api/v1/record-rules", admins, "What creates records by itself, and how it fares", handle(s.recordRules)},
		{"POST", "/api/v1/record-rules", admins, "Add a rule that creates records to a department", create(s.addRecordRule)},
		{"PUT", "/api/v1/record-rules/{id}", admins, "Change a rule, all of it but its department, or switch it on or off", handle(s.setRecordRule)},
		{"DELETE", "/api/v1/record-rules/{id}", admins, "Remove a rule; what it has created stays", handle(s.removeRecordRule)},
		{"POST", "/api/v1/record-rules/dry-run", admins, "What a rule would have created from sessions of the past; nothing is", handle(s.tryRecordRule)},
		{"GET", "/api/v1/records", signedIn, "Records whose sessions one sees, newest first", handle(s.records)},
		{"GET", "/api/v1/records/{id}", signedIn, "One record with what was changed in it", handle(s.record)},
		{"PUT", "/api/v1/records/{id}", deed(core.VerbEditRecord), "Give a record other values; one that is parked is tried again", handle(s.setRecord)},
		{"GET", "/api/v1/sessions/{id}/record-forms", signedIn, "What can be created from a session, and what each form begins with", handle(s.recordForms)},
		{"GET", "/api/v1/sessions/{id}/records", signedIn, "What was created from a session, oldest first", handle(s.sessionRecords)},
		{"POST", "/api/v1/sessions/{id}/records", deed(core.VerbCreateRecord), "Create a record; the same form twice is one", handle(s.createRecord)},
		{"POST", "/api/v1/sessions/{id}/account/candidates", deed(core.VerbMatchAccount), "Look for accounts that may be its customer's: at most 20", handle(s.findAccounts)},
		{"PUT", "/api/v1/sessions/{id}/account", deed(core.VerbMatchAccount), "Match its customer with an account that was found", handle(s.matchAccount)},
		{"POST", "/api/v1/sessions/{id}/account", deed(core.VerbRegisterAccount), "Register its customer: make an account; the same form twice is one", handle(s.registerAccount)},
		{"DELETE", "/api/v1/sessions/{id}/account", deed(core.VerbUnmatchAccount), "Take the account from its customer; it stays where it is", handle(s.unmatchAccount)},

		{"GET", "/api/v1/search", signedIn, "Find sessions by their names and numbers, or what was said in them", handle(s.search)},
		{"GET", "/api/v1/sessions", signedIn, "Sessions: the queue as it is served, all others newest first", handle(s.sessions)},
		{"GET", "/api/v1/sessions/{id}", signedIn, "One session with its participants", handle(s.session)},
		{"PATCH", "/api/v1/sessions/{id}", deed(core.VerbPrioritise, core.VerbTag, core.VerbLanguage), "Change its priority, its tags, and the customer's language", handle(s.triage)},
		{"GET", "/api/v1/sessions/{id}/messages", signedIn, "A session's events in the order of seq", handle(s.messages)},
		{"POST", "/api/v1/sessions/{id}/messages", deed(core.VerbSay, core.VerbNote), "Answer the customer, or note something for agents", handle(s.say)},

		{"PATCH", "/api/v1/messages/{id}", deed(core.VerbEdit), "Give one's own message another text, at the customer too where the channel can", handle(s.edit)},
		{"DELETE", "/api/v1/messages/{id}", deed(core.VerbDelete), "Take a message back, at the customer too where the channel can", handle(s.delete)},
		{"PUT", "/api/v1/messages/{id}/reaction", deed(core.VerbReact), "Show an emoji on a message", handle(s.react)},
		{"POST", "/api/v1/messages/{id}/retry", deed(core.VerbRetry), "Send a message again that has not arrived, or may not have", handle(s.retry)},

		{"POST", "/api/v1/files", signedIn, "Bring a file, to be said in one message within a day", create(s.bring)},
		{"GET", "/api/v1/files/{id}", signedIn, "The bytes of a file, or a part of them", handle(s.file)},
		{"GET", "/widget/v1/files/{key}", public, "The bytes of a file that a customer sees", plain(s.keyedFile)},

		{"GET", "/api/v1/channels", signedIn, "The channels of one's departments, and how they fare", handle(s.channels)},
		{"GET", "/api/v1/channels/manifest", admins, "What a network asks for before a channel can be added", handle(s.channelManifest)},
		{"POST", "/api/v1/channels", admins, "Add a channel, when its network says that all it needs is there", create(s.addChannel)},
		{"PATCH", "/api/v1/channels/{id}", admins, "Give a channel other keys of the same account, when its network says that they are enough", handle(s.rekeyChannel)},
		{"POST", "/api/v1/channels/{id}/test", admins, "Ask the channel's network whether all is well", handle(s.testChannel)},

		{"POST", "/api/v1/sessions/{id}/take", deed(core.VerbTake), "Take it from the queue", handle(s.take)},
		{"POST", "/api/v1/sessions/{id}/release", deed(core.VerbRelease), "Put it back into the queue", handle(s.release)},
		{"POST", "/api/v1/sessions/{id}/assign", deed(core.VerbAssign), "Give it to an operator", handle(s.assign)},
		{"POST", "/api/v1/sessions/{id}/transfer", deed(core.VerbTransfer), "Put it into another department's queue", handle(s.transfer)},
		{"POST", "/api/v1/sessions/{id}/join", deed(core.VerbJoin), "Become a participant", handle(s.join)},
		{"POST", "/api/v1/sessions/{id}/leave", deed(core.VerbLeave), "End one's participation", handle(s.leave)},
		{"POST", "/api/v1/sessions/{id}/end", deed(core.VerbEnd), "Close it", handle(s.end)},
		{"POST", "/api/v1/sessions/{id}/unanswered", deed(core.VerbUnanswered), "Close it as one that nobody has answered", handle(s.unanswered)},
		{"POST", "/api/v1/sessions/{id}/block", deed(core.VerbBlock), "Close it, and keep its customer out", handle(s.block)},
		{"POST", "/api/v1/sessions/{id}/unblock", deed(core.VerbUnblock), "Let its customer in again", handle(s.unblock)},
		{"POST", "/api/v1/sessions/{id}/snooze", deed(core.VerbSnooze), "Put it aside until a time, or until the customer writes", handle(s.snooze)},
		{"POST", "/api/v1/sessions/{id}/unsnooze", deed(core.VerbUnsnooze), "Bring it back", handle(s.unsnooze)},
		{"POST", "/api/v1/sessions/{id}/read", deed(core.VerbRead), "Move one's read mark", handle(s.read)},
		{"POST", "/api/v1/sessions/{id}/typing", deed(core.VerbTyping), "Tell the customer that one writes", handle(s.typing)},
	}
}

type route struct {
	method, path string
	right        right
	summary      string
	handler      handler
}

// right is what a route asks of its caller before its handler runs. The zero right is none at all: such a route does not
// start. What a deed's right means for one session, the hub decides.
type right struct {
	open   bool        // anybody
	signed bool        // any agent who is signed in
	admin  bool        // of those, admins only
	verbs  []core.Verb // whoever is signed in may try these deeds, and no others
}

var (
	public   = right{open: true}
	signedIn = right{signed: true}
	admins   = right{signed: true, admin: true}
)

func deed(verbs ...core.Verb) right { return right{signed: true, verbs: verbs} }

// check refuses a route without a right, and one with a deed that core.Rights does not know.
func (r route) check() error {
	if r.right.open == r.right.signed {
		return fmt.Errorf("route %s %s has no right", r.method, r.path)
	}
	for _, v := range r.right.verbs {
		if _, ok := core.Rights[v]; !ok {
			return fmt.Errorf("route %s %s: no row of rights for the deed %q", r.method, r.path, v)
		}
	}
	return nil
}

// id names the operation: get-session-messages for GET /api/v1/sessions/{id}/messages.
func (r route) id() string {
	words := []string{strings.ToLower(r.method)}
	for part := range strings.SplitSeq(strings.TrimPrefix(r.path, "/api/v1"), "/") {
		if part == "{id}" {
			words[len(words)-1] = strings.TrimSuffix(words[len(words)-1], "s")
		} else if part != "" {
			words = append(words, part)
		}
	}
	return strings.Join(words, "-")
}

// handler mounts what answers a route.
type handler func(*Server, route, *gin.Engine, huma.API)

// handle mounts a function of the API, described by its types. Its errors are answered in one place.
func handle[I, O any](f func(context.Context, *I) (*O, error)) handler {
	return serve(f, 0)
}

// create is handle for what makes something new each time.
func create[I, O any](f func(context.Context, *I) (*O, error)) handler {
	return serve(f, http.StatusCreated)
}

// serve mounts a function whose success has that status; zero: 200, or 204 without a body.
func serve[I, O any](f func(context.Context, *I) (*O, error), success int) handler {
	return func(s *Server, r route, _ *gin.Engine, api huma.API) {
		op := huma.Operation{
			OperationID: r.id(), Method: r.method, Path: r.path, Summary: r.summary,
			MaxBodyBytes: -1, BodyReadTimeout: -1, // strict has read it
			Middlewares: huma.Middlewares{s.admit(r.right), oneOfEach}, DefaultStatus: success,
		}
		if r.right.signed {
			op.Security = []map[string][]string{{"cookie": {}}, {"key": {}}}
		}
		if bytes, ok := any(new(I)).(raw); ok {
			bytes.describe(&op)
		} else if r.method != http.MethodGet {
			op.Middlewares = append(op.Middlewares, s.strict(nothingRequired(reflect.TypeFor[I]())))
		}
		_, creates := reflect.TypeFor[O]().FieldByName("Status")
		if creates {
			op.DefaultStatus = http.StatusCreated
		}
		huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, s.tell(ctx, err)
			}
			return out, nil
		})
		if creates { // a repeat gets the same
			answers := api.OpenAPI().Paths[r.path].Post.Responses
			again := *answers[strconv.Itoa(http.StatusCreated)]
			again.Description = "The same was there already"
			answers[strconv.Itoa(http.StatusOK)] = &again
		}
	}
}

// raw is the input of a function of the API where bytes come or go as they are, which its types do not tell.
type raw interface {
	huma.Resolver
	describe(*huma.Operation)
}

// plain mounts a function that reads, outside of the API's description. What stands in braces in its path is a path value of the request.
func plain(f http.HandlerFunc) handler {
	return func(_ *Server, r route, e *gin.Engine, _ huma.API) {
		answer := func(c *gin.Context) {
			for _, p := range c.Params {
				c.Request.SetPathValue(p.Key, p.Value)
			}
			f(c.Writer, c.Request)
		}
		path := strings.NewReplacer("{", ":", "}", "").Replace(r.path)
		e.Handle(r.method, path, answer)
		e.Handle(http.MethodHead, path, answer)
	}
}

// tell makes a handler's error an answer, and logs those that are our bugs.
func (s *Server) tell(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if p.Code == codeInternal {
		s.log.ErrorContext(ctx, "request could not be answered", "error", err)
	}
	return p
}

// nothingRequired tells whether a request's body may be left out: none of its members is required.
func nothingRequired(input reflect.Type) bool {
	body, ok := input.FieldByName("Body")
	if !ok {
		return true
	}
	for i := range body.Type.NumField() {
		if !strings.Contains(body.Type.Field(i).Tag.Get("json"), "omitempty") {
			return false
		}
	}
	return true
}

// register mounts all routes and gives their description.
func register(e *gin.Engine, s *Server, version string) ([]byte, error) {
	api := humagin.New(e, apiConfig(version))
	if err := mount(s.routes(), e, s, api); err != nil {
		return nil, err
	}
	return describe(api)
}

func mount(routes []route, e *gin.Engine, s *Server, api huma.API) error {
	for _, r := range routes {
		if err := r.check(); err != nil {
			return err
		}
		r.handler(s, r, e, api)
	}
	return nil
}

// do does a deed for the caller, if the route is for it.
func (s *Server) do(ctx context.Context, d core.Deed, dedupe string) (core.Done, error) {
	c := callerOf(ctx)
	if !slices.Contains(c.may.verbs, d.Verb()) {
		return core.Done{}, fmt.Errorf("the route has no right to %s", d.Verb())
	}
	return s.hub.Do(ctx, c.actor, d, dedupe)
}
