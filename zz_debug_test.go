package main
import ("testing";"os";"log/slog";"time";"fmt";"github.com/unistra/melusine/internal/executor";"github.com/unistra/melusine/internal/desk")
func TestZZ(t *testing.T){
 s:=newBackstageOfLists(t)
 action,_:=desk.ParseAction(s.named(os.Getenv("ACT")))
 r,err:=s.house.desk.Ask(t.Context(),desk.Asking{By:"sgermain",Via:desk.Chat,Action:action,Key:"k"})
 fmt.Println(r.State,err)
 if r.State==desk.Waiting { r,err=s.house.desk.Approve(t.Context(),"hpoincare",desk.Chat,r.ID,r.Digest()); fmt.Println(r.State,err)}
 time.Sleep(300*time.Millisecond)
 x := &executor.Executor{Desk: s.house.desk, Office: s.house.office, Refresh: s.house.refresh, Timing: executor.Standard(), Halted: func() bool { return false }, Steady: s.house.steady, Log: slog.Default()}
 fmt.Println("sweep", x.Sweep(t.Context()))
 time.Sleep(2*time.Second)
 q,_:=s.house.mirror.Request(r.ID)
 fmt.Println(q.State,q.Step,len(q.Steps()),q.Code,q.Error,q.Undoing)
}
