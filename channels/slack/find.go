package slack

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

// Every post of ours carries an id as its metadata, so that it can be found again: https://docs.slack.dev/messaging/message-metadata/
const (
	eventType = "parley_delivery"
	payloadID = "id"
)

const (
	lookBack = 25 * time.Hour // a delivery is tried for 24
	lookPage = 200
	maxLooks = 20   // pages
	maxSeen  = 4096 // posts that are remembered
)

// mark is what a step's post carries. The thread is part of it: what stands in one that was lost is not what is owed to another.
func mark(o core.Outgoing, step int) string {
	return o.ID + "." + strconv.Itoa(step) + "." + string(o.To.Thread)
}

// metadata marks a post.
func metadata(id string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{payloadID: id}})
}

// marked reads the mark of a message, "" if it has none. Other apps may write such a mark too: look whose the message is.
func marked(m slack.SlackMetadata) string {
	id, _ := m.EventPayload[payloadID].(string)
	if m.EventType != eventType {
		return ""
	}
	return id
}

// sightings remembers which of our posts have come back as events. The zero sightings is ready.
type sightings struct {
	mu    sync.Mutex
	parts map[string]core.RemoteID
	order []string // a ring, the oldest at next once it is full
	next  int
}

func (s *sightings) add(id string, part core.RemoteID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parts == nil {
		s.parts = make(map[string]core.RemoteID)
	}
	if _, known := s.parts[id]; !known {
		if len(s.order) < maxSeen {
			s.order = append(s.order, id)
		} else {
			delete(s.parts, s.order[s.next])
			s.order[s.next] = id
			s.next = (s.next + 1) % maxSeen
		}
	}
	s.parts[id] = part
}

func (s *sightings) get(id string) (core.RemoteID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	part := s.parts[id]
	return part, part != ""
}

// forget forgets a post that is no longer there.
func (s *sightings) forget(part core.RemoteID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.parts {
		if p == part {
			s.parts[id] = ""
		}
	}
}

// echoed notes that a post of ours has come back, with its mark.
func (a *Adapter) echoed(id string, part core.RemoteID) { a.posts.add(id, part) }

// find looks for a post that an earlier attempt may have made: in a thread, or, where that is "", among the roots of the room.
func (a *Adapter) find(ctx context.Context, room, thread, id string) (core.RemoteID, bool, error) {
	if part, ok := a.posts.get(id); ok {
		return part, true, nil
	}
	oldest := strconv.FormatInt(a.config.Clock().Add(-lookBack).Unix(), 10) + ".000000"
	for cursor, looks := "", 0; looks < maxLooks; looks++ {
		page, next, err := a.page(ctx, room, thread, oldest, cursor)
		if err != nil {
			return "", false, asked(opDeliver, err)
		}
		for _, m := range page {
			if marked(m.Metadata) == id && (m.BotID != "" || m.User == a.settings.Bot) {
				return remote(room, m.Timestamp), true, nil
			}
		}
		if next == "" {
			return "", false, nil
		}
		cursor = next
	}
	return "", false, &core.Error{Op: opDeliver, Kind: core.Uncertain, Reason: "There is too much in Slack to see whether it was posted."}
}

// page gives some of the messages that an earlier attempt's may be among, and where there are more.
func (a *Adapter) page(ctx context.Context, room, thread, oldest, cursor string) ([]slack.Message, string, error) {
	if thread != "" {
		page, _, next, err := a.api.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: room, Timestamp: thread, Oldest: oldest, Cursor: cursor, Limit: lookPage, IncludeAllMetadata: true,
		})
		return page, next, err
	}
	page, err := a.api.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: room, Oldest: oldest, Cursor: cursor, Limit: lookPage, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}
