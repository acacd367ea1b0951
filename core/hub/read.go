package hub

import "parley/core"

// read moves the actor's read mark. It makes no event: who follows the session is told that its row changed.
func (a *act) read(d core.Read) error { return a.saw(min(d.Seq, a.s.LastSeq)) }
