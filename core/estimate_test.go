package core

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// desk is a department in virtual time, a second a step: customers come, agents take the first of the queue when they have room.
type desk struct {
	chance  *rand.Rand
	comes   func(second int) float64 // customers expected in that second
	clump   int                      // who comes brings so many along
	agents  func(second int) int
	takes   float64 // seconds a session, in the mean
	day     int     // seconds
	waits   []float64
	guesses []float64
}

type customer struct {
	came  int
	guess float64
}

func (d *desk) run() {
	var department Department
	var queue []customer
	var busy []int // until when
	for second := range d.day {
		now := Time(second+1) * 1e6
		if n := int64(d.agents(second)); n != department.ServedBy {
			department.Man(n, now)
		}
		for i := len(busy) - 1; i >= 0; i-- {
			if busy[i] <= second {
				busy = append(busy[:i], busy[i+1:]...)
			}
		}
		if d.chance.Float64() < d.comes(second) {
			for range 1 + d.clump {
				department.Enqueue(now)
				guess := math.NaN()
				if department.ServedEach != 0 {
					guess = department.Estimate(department.Unassigned, now).Seconds()
				}
				queue = append(queue, customer{second, guess})
			}
		}
		for len(queue) > 0 && len(busy) < d.agents(second) {
			first := queue[0]
			queue = queue[1:]
			department.Serve(now)
			busy = append(busy, second+1+int(d.chance.ExpFloat64()*d.takes))
			if wait := second - first.came; wait > 0 && !math.IsNaN(first.guess) {
				d.waits, d.guesses = append(d.waits, float64(wait)), append(d.guesses, first.guess)
			}
		}
	}
}

// errors gives the mean absolute error of the estimates, and that of always saying the mean of all waits, which nobody could know before.
func (d *desk) errors() (estimate, mean float64) {
	n := float64(len(d.waits))
	var all float64
	for _, w := range d.waits {
		all += w / n
	}
	for i, w := range d.waits {
		estimate += math.Abs(d.guesses[i]-w) / n
		mean += math.Abs(all-w) / n
	}
	return estimate, mean
}

func TestTheEstimateIsBetterThanTheMeanA6S4_15(t *testing.T) {
	t.Parallel()
	const hour = 3600
	always := func(v float64) func(int) float64 { return func(int) float64 { return v } }
	four := func(int) int { return 4 }
	lunch := func(second int) int {
		if second/hour%8 == 3 {
			return 1
		}
		return 4
	}
	for name, with := range map[string]desk{
		"steady":                      {comes: always(0.95 * 4 / 300), agents: four},
		"in bursts":                   {comes: always(0.8 * 4 / 300 / 9), clump: 8, agents: four},
		"one agent alone over midday": {comes: always(0.7 * 4 / 300), agents: lunch},
	} {
		for seed := range uint64(5) {
			d := with
			d.chance, d.takes, d.day = rand.New(rand.NewPCG(seed, 6)), 300, 5*8*hour
			d.run()
			estimate, mean := d.errors()
			if len(d.waits) < 100 || estimate >= mean {
				t.Errorf("%s, seed %d: of %d who waited the estimate is off by %.0f s, the mean by %.0f s", name, seed, len(d.waits), estimate, mean)
			}
		}
	}
}

func TestThePaceIsThatOfWhoServesNowA6(t *testing.T) {
	t.Parallel()
	at := func(minutes float64) Time { return Time(minutes * 60e6) }
	var d Department
	if got := d.Estimate(3, at(1)); got != 0 {
		t.Errorf("nothing is known: got %v", got)
	}
	d.Man(2, at(1))
	d.Enqueue(at(600)) // the hours in which nobody waited do not count
	d.Enqueue(at(601))
	d.Serve(at(602))
	for _, want := range []struct {
		agents int64
		wait   time.Duration
	}{{2, 6 * time.Minute}, {4, 3 * time.Minute}, {1, 12 * time.Minute}, {0, 0}, {2, 6 * time.Minute}} {
		if d.Man(want.agents, at(602)); d.Estimate(3, at(602)) != want.wait {
			t.Errorf("%d agents: got %v, want %v", want.agents, d.Estimate(3, at(602)), want.wait)
		}
	}
	if got := d.Estimate(1, at(636)); got != 4*time.Minute {
		t.Errorf("the next is overdue: got %v, want the mean as if they were served now", got)
	}
	before := d.ServedEach
	d.Serve(at(602 + 14*60))
	if got, most := d.ServedEach, before+60*60e6*2/paceShare; got > most {
		t.Errorf("after a night: got %d, want at most %d", got, most)
	}
}
