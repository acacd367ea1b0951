package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// BenchmarkReceive is the product's own writer without sockets: customers who each wait for their answer.
func BenchmarkReceive(b *testing.B) {
	for _, database := range []string{"sqlite", "postgres"} {
		for _, customers := range []int{1, 64, 1024} {
			b.Run(fmt.Sprintf("%s/%d", database, customers), func(b *testing.B) {
				url := storetest.SQLite(b)
				if database == "postgres" {
					url = storetest.Postgres(b)
				}
				st := storetest.Open(b, url, time.Now)
				h := must(New(Config{Writer: storetest.Write(b, st, func(core.Committed) {}), Store: st, Can: func(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{Pulls: true}, true },
					IDs: &core.IDMaker{}, Clock: time.Now,
					Log: slog.New(slog.DiscardHandler), Hints: func(core.Hint) {}}))
				ctx := context.Background()
				d := must(h.AddDepartment(ctx, "Support", "", "UTC"))
				c := must(h.AddChannel(ctx, NewChannel{Slug: "w", Kind: "widget", Department: d.ID, Settings: []byte(`{}`)}))
				var left atomic.Int64
				left.Store(int64(b.N))
				var wait sync.WaitGroup
				b.ResetTimer()
				for i := range customers {
					wait.Go(func() {
						who := core.RemoteID(fmt.Sprint("visitor ", i))
						for n := left.Add(-1); n >= 0; n = left.Add(-1) {
							if err := h.Receive(ctx, core.Inbound{
								Channel: c.ID, Department: d.ID, Verb: core.InboundMessage, Dedupe: fmt.Sprint("m", n), Identity: who, Conversation: who,
								Content: core.Content{Text: "Does the Linna shade come in linen, and when could it be here?"},
							}); err != nil {
								b.Error(err)
							}
						}
					})
				}
				wait.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
			})
		}
	}
}
