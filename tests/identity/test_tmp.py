import pytest
from datetime import timedelta
from django.utils import timezone
from tests.identity.feed import devices, sync, partition
from tests.identity.histories import ACCOUNTS, History
from tests.identity.test_histories import wrong, DAYS
from devices.models import Sighting, Device
from devices.matching.candidates import CandidateSet
pytestmark = pytest.mark.django_db
@pytest.mark.parametrize("seed", [2,3,5,6,8])
def test_x(seed):
    now = timezone.now().replace(microsecond=0)
    history = History(seed, now - timedelta(days=14))
    for at in history.days(DAYS):
        for account in history.order():
            records = history.listed(account)
            sync(ACCOUNTS[account], account, records, at=at, pages=history.dice.choice((1, 40)))
            history.synced(account, records)
            if all(history.known.values()):
                w = wrong(history, devices())
                if w:
                    print("HIST",seed,history.what,"after",account)
                    for x in w: print("HIST  ",x)
                    recs={e.name:e for e in history.records()}
                    found=devices()
                    ids={(a,e):pk for pk,a,e in Sighting.objects.values_list("pk","account__name","external_id")}
                    bad=set()
                    import ast,re
                    for x in w:
                        for m in re.findall(r"\('[^)]*\)",x): bad.add(ast.literal_eval(m))
                    machines={recs[b].machine for b in bad}
                    names=[n for n,r in recs.items() if r.machine in machines]
                    c=CandidateSet(stored=[ids[n] for n in names],limit=3)
                    for n in names:
                        x=c.core[ids[n]]
                        print("HIST   REC",n,"machine",recs[n].machine,recs[n].case,"dev",found[n],{k:sorted(v) for k,v in x.keys.items()},x.traits.live,x.traits.contact and round((now.timestamp()-x.traits.contact)/3600,1),x.traits.since and round((now.timestamp()-x.traits.since)/3600,1), recs[n].present)
                    for i,a in enumerate(names):
                        for b in names[i+1:]:
                            r=c.comparisons.of(c.core[ids[a]],c.core[ids[b]])
                            print("HIST   PAIR",a[0],a[1][:6],b[0],b[1][:6],r.total,r.excluded,[e.rule for e in r.evidence])
                    return
