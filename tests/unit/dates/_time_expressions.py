"""What people say about time, and what it means, told without the grammar: by counting through the calendar.

A row is `text | meaning | granularity`; the expression stands in brackets. `//` after the granularity gives the tense.
The meaning is relative to the anchor's day:

    D-1  W-1  E+1  M-2  Y-1  T-1         the day, week, weekend, month, year, decade so many units away
    R-2w  R+3y  R-2y^                    the day counted away by weeks, years (`^`: the first of its month)
    Fri<  Fri<<  Fri>  Fri=              the latest (today included), the one before today, the next, this week's
    05-07<  05<  summer<  easter<        the latest that has begun; `<<` that has ended, `>` not ended, `>>` not begun
    2023-05-07  2023-05  2023  2020s     themselves; also 2023-summer
    A..B  A..  ..B  ..<B                 from A to B inclusive, since A, until the end of B, until B begins
    A+7  A-1                             that many days later or earlier; A#evening: within the day
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

ANCHORS = (
    datetime(2023, 5, 24, 15, 30),  # noqa: DTZ001 - local times; a zone is put on them. A Wednesday.
    datetime(2024, 2, 29, 9, 15),  # noqa: DTZ001 - a leap day, a Thursday
    datetime(2023, 3, 26, 12, 0),  # noqa: DTZ001 - clocks go forward in Berlin, a Sunday
    datetime(2024, 11, 3, 20, 5),  # noqa: DTZ001 - clocks go back in New York, a Sunday
    datetime(2023, 12, 31, 22, 45),  # noqa: DTZ001 - the end of a year, a Sunday
    datetime(2025, 1, 1, 0, 20),  # noqa: DTZ001 - its beginning, a Wednesday
)
ZONES = tuple(map(ZoneInfo, ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu")))

NEAR = """
It was logged at [2023-05-07T10:00:31.250]. | 2023-05-07 | day
I saw him [today]. | D0 | day
We met [yesterday]. | D-1 | day
We leave [tomorrow]. | D+1 | day
I am free [tonight]. | D0#night | part
I could not sleep [last night]. | D-1#night | part
I ran [this morning]. | D0#morning | part
We talked [this afternoon]. | D0#afternoon | part
Dinner is [this evening]. | D0#evening | part
See you [tomorrow evening]. | D+1#evening | part
We walked [yesterday afternoon]. | D-1#afternoon | part
I called [yesterday morning]. | D-1#morning | part
She flies [tomorrow night]. | D+1#night | part
I left [yesterday evening]. | D-1#evening | part
She rang [yesterday in the evening]. | D-1#evening | part
We met [the day before yesterday]. | D-2 | day
It opens [the day after tomorrow]. | D+2 | day
I met her [the other night]. | D-7..D-1 | range
I met her [the other day]. | D-7..D-1 | range
I have been tired [recently]. | D-30..D0 | range
She reads a lot [lately]. | D-30..D0 | range
I got up [early this morning]. | D0#morning | part
We met earlier [today]. | D0 | day
We arrived [yesterday] at 7 pm. | D-1 | day
We arrived at 19:30 [yesterday]. | D-1 | day
"""

WEEKDAYS = """
We met [last Friday]. | Fri<< | day
We met on [Friday]. | Fri< | day // past
We will meet on [Friday]. | Fri> | day
We met on [Monday]. | Mon< | day
I'm going to the dentist on [Monday]. | Mon> | day
We went there [this past Saturday]. | Sat<< | day
They got married [past Sunday]. | Sun<< | day
I am flying out [next Tuesday]. | Tue> | day
I start [this coming Thursday]. | Thu> | day
The [coming Monday] I start. | Mon> | day
It is due [this Sunday]. | Sun= | day
I have a date on [Wednesday]. | Wed> | day // future
We had a date on [Wednesday]. | Wed< | day
The shop opens [Monday week]. | Mon>+7 | day
The shop opens [a week on Friday]. | Fri>+7 | day
The shop opens [a week from Saturday]. | Sat>+7 | day
The shop opens [two weeks from tomorrow]. | D+15 | day
The shop opens [a week from today]. | D+7 | day
I was out [last Tuesday night]. | Tue<<#night | part
I was out [Tuesday night] with Ann. | Tue<#night | part
We danced on [Saturday evening]. | Sat<#evening | part
I will call on [Sunday morning]. | Sun>#morning | part
We had lunch on [Friday afternoon]. | Fri<#afternoon | part
It rained [Sunday]. | Sun< | day
[Saturday] we baked bread. | Sat< | day
I saw her on [Tuesday], and it was fine. | Tue< | day
He will arrive at 10:30 on [Friday]. | Fri> | day
He arrived [last Saturday] at 8:15. | Sat<< | day
We met on [Fri]. | Fri< | day
She called [last Wed]. | Wed<< | day
She has been ill [since Monday]. | Mon<.. | range
He stays [until Friday]. | ..Fri> | range
He stayed [until Friday]. | ..Fri< | range
I must finish [by Thursday]. | ..Thu> | range
It is on [the 5th of next month]. | M+1:5 | day
It was on [the 5th of this month]. | M0:5 | day
It was on [the 21st of last month]. | M-1:21 | day
"""

WEEKENDS = """
We went hiking [last weekend]. | E-1 | weekend
We went hiking [two weekends ago]. | E-2 | weekend
We went hiking [this past weekend]. | E-1 | weekend
We went hiking [the weekend before last]. | E-2 | weekend
We will hike [next weekend]. | E+1 | weekend
We will hike [this weekend]. | E0 | weekend
We will hike over [the weekend]. | E0 | weekend
We are hiking [this coming weekend]. | E+1 | weekend
We hiked [three weekends ago]. | E-3 | weekend
We hiked over [the weekend]. | E< | weekend
We were away on [the weekend]. | E< | weekend
"""

UNITS = """
I started [last week]. | W-1 | week
I start [this week]. | W0 | week
I start [next week]. | W+1 | week
I started [the week before last]. | W-2 | week
I start [the week after next]. | W+2 | week
It was a good [past week]. | W-1 | week
It was hard [this past month]. | M-1 | month
I moved [last month]. | M-1 | month
I am moving [next month]. | M+1 | month
I moved [this month]. | M0 | month
I moved [the month before last]. | M-2 | month
She was born [last year]. | Y-1 | year
She graduates [next year]. | Y+1 | year
She graduates [this year]. | Y0 | year
She graduated [the year before last]. | Y-2 | year
She retires [the year after next]. | Y+2 | year
It was built [last decade]. | T-1 | decade
It will be gone [next decade]. | T+1 | decade
I finished it [earlier this week]. | D0:week< | range
I finished it [earlier this month]. | D0:month< | range
I finished it [earlier this year]. | D0:year< | range
I will finish it [later this month]. | D0:month> | range
I will finish it [later this year]. | D0:year> | range
I met him [three days ago]. | D-3 | day
I met him [10 days ago]. | D-10 | day
I met him [a week ago]. | W-1 | week
I met him [two weeks ago]. | W-2 | week
I met him [3 weeks back]. | W-3 | week
I met him [six weeks ago]. | W-6 | week
I met him [a month ago]. | M-1 | month
I met him [four months ago]. | M-4 | month
I met him [eighteen months ago]. | M-18 | month
I met him [a year ago]. | Y-1 | year
I met him [a year ago today]. | Y-1 | year
I met him [two weeks ago yesterday]. | W-2 | week
I met him [two years ago]. | Y-2 | year
I met him [ten years ago]. | Y-10 | year
I met him [twenty years ago]. | Y-20 | year
I met him [twenty-five years ago]. | Y-25 | year
I met him [5 yrs ago]. | Y-5 | year
I met him [2 wks ago]. | W-2 | week
I met him [one decade ago]. | T-1 | decade
I met him [a couple of months ago]. | M-3..M-2 | range
I met him [a couple of days ago]. | D-3..D-2 | range
I met him [a few days ago]. | D-6..D-2 | range
I met him [a few weeks ago]. | W-6..W-2 | range
I met him [a few months ago]. | M-6..M-2 | range
I met him [several years ago]. | Y-8..Y-3 | range
We leave [in three days]. | D+3 | day
We leave [in two weeks]. | W+2 | week
We leave [in a month]. | M+1 | month
We will leave [in five years]. | Y+5 | year
We will leave [in a few days]. | D+2..D+6 | range
We will leave [in two weeks' time]. | W+2 | week
We will leave [in about a month]. | M+1 | month
We must work hard in [the coming weeks]. | D0..R+6w | range
I have played [for just under a year now]. | R-1y^.. | range
We leave [three days from now]. | D+3 | day
We leave [a week from now]. | W+1 | week
We leave [two months from now]. | M+2 | month
We worked hard in [the last two weeks]. | R-2w..D0 | range
We worked hard over [the past month]. | R-1m..D0 | range
We worked hard during [the last three months]. | R-3m..D0 | range
We worked hard in [the past year]. | R-1y..D0 | range
We worked hard these [past 10 days]. | R-10d..D0 | range
We worked hard [last few weeks]. | R-6w..D0 | range
I will rest over [the next two weeks]. | D0..R+2w | range
I will rest for [the next few days]. | D0..R+6d | range
I will rest during [the next six months]. | D0..R+6m | range
I have lived here [for the past three years]. | R-3y^.. | range
I have lived here [for two years now]. | R-2y^.. | range
We have been engaged [for about six months now]. | R-6m^.. | range
I have been ill [for three days now]. | R-3d.. | range
I've been working there [for five years]. | R-5y^.. | range
She has played the violin [for ten years]. | R-10y^.. | range
They have dated [for the last two weeks]. | R-2w.. | range
We start at the [end of the month]. | M0:late | range
I have been here [since last year]. | Y-1.. | range
I have been here [since last week]. | W-1.. | range
I have been here [since yesterday]. | D-1.. | range
It must be done [before next month]. | ..<M+1 | range
It must be done [by tomorrow]. | ..D+1 | range
It will be better [after next week]. | W+2.. | range
"""

MONTHS = """
We married in [June]. | 06< | month
We will marry in [June]. | 06> | month
We married [last June]. | 06<< | month
We will marry [next June]. | 06>> | month
She moved in [January]. | 01< | month
She is moving in [January]. | 01> | month
She moved in [Sept]. | 09< | month
It began in [May 2021]. | 2021-05 | month
It began in [December of 2020]. | 2020-12 | month
It began in [Feb. 2022]. | 2022-02 | month
It began [last November]. | 11<< | month
We travel [this December]. | 12= | month
We met in [mid-April]. | 04<:mid | range
We met in [early March 2021]. | 2021-03-01..2021-03-10 | range
We met in [late May 2022]. | 2022-05-22..2022-05-31 | range
We met in [mid August 2020]. | 2020-08-11..2020-08-21 | range
We met at the [end of June]. | 06<:late | range
We met at the [beginning of July 2021]. | 2021-07-01..2021-07-10 | range
We met in [early June]. | 06<:early | range
It was [late 2019]. | 2019-09-01..2019-12-31 | range
It was [early 2018]. | 2018-01-01..2018-05-02 | range
It was in [mid-2021]. | 2021-05-03..2021-08-31 | range
We met in [the first week of May 2022]. | 2022-05-01..2022-05-07 | range
We met in [the second week of May 2022]. | 2022-05-08..2022-05-14 | range
We met in [the last week of May 2022]. | 2022-05-25..2022-05-31 | range
We met on [the second weekend of July 2022]. | 2022-07-09..2022-07-10 | weekend
We met on [the first weekend of October 2023]. | 2023-10-07..2023-10-08 | weekend
We met on [the last Friday of March 2022]. | 2022-03-25 | day
We meet on [the first Monday in September 2024]. | 2024-09-02 | day
We met on [the third Thursday of January 2020]. | 2020-01-16 | day
It ran [from May to July 2022]. | 2022-05..2022-07 | range
It ran [between May and July 2022]. | 2022-05..2022-07 | range
It ran [from November 2021 to February 2022]. | 2021-11..2022-02 | range
It ran [from November to February 2022]. | 2021-11..2022-02 | range
It ran in [May–July 2022]. | 2022-05..2022-07 | range
I lived there [since March 2020]. | 2020-03.. | range
I lived there [until June 2020]. | ..2020-06 | range
I lived there [before June 2020]. | ..<2020-06 | range
I lived there [after June 2020]. | 2020-07.. | range
I sold it [by June 2020]. | ..2020-06 | range
It runs [from June 2022 onwards]. | 2022-06.. | range
The photo is from [June 2022]. | 2022-06 | month
We talked about it in [April], by phone. | 04< | month
"""

YEARS = """
I was born in [1998]. | 1998 | year
We moved in [2015]. | 2015 | year
The year [1969] was good. | 1969 | year
I have lived here [since 2019]. | 2019.. | range
I lived there [until 2012]. | ..2012 | range
I lived there [from 2010 to 2014]. | 2010..2014 | range
I lived there [between 2010 and 2014]. | 2010..2014 | range
I lived there in [2010–2014]. | 2010..2014 | range
I lived there [from 2010 until 2014]. | 2010..2014 | range
I lived there [before 2010]. | ..<2010 | range
I lived there [after 2010]. | 2011.. | range
The music of [the 90s] is great. | 1990s | decade
The music of [the 1970s] is great. | 1970s | decade
The music of [the '80s] is great. | 1980s | decade
The music of [the 2010s] is great. | 2010s | decade
She retired in ['98]. | 1998 | year
She retired in ['07]. | 2007 | year
They met in [summer 2021]. | 2021-summer | season
They met in [winter 2020]. | 2020-winter | season
They met in [summer '19]. | 2019-summer | season
They met in [May '98]. | 1998-05 | month
They met in [spring of 2022]. | 2022-spring | season
They met [last summer]. | summer<< | season
They will meet [next summer]. | summer>> | season
They met in the [summer]. | summer< | season
They will meet in the [autumn]. | autumn> | season
They met [last winter]. | winter<< | season
They met [last spring]. | spring<< | season
They met [last fall]. | autumn<< | season
They met in [early summer 2021]. | 2021-06-01..2021-07-01 | range
They met in [late summer 2021]. | 2021-08-01..2021-08-31 | range
They have dated [since last summer]. | summer<<.. | range
"""

DAYS = """
She was born on [7 May 2023]. | 2023-05-07 | day
She was born on [7th May 2023]. | 2023-05-07 | day
She was born on [May 7, 2023]. | 2023-05-07 | day
She was born on [May 7 2023]. | 2023-05-07 | day
She was born on the [7th of May 2023]. | 2023-05-07 | day
She was born on the [7th of May, 2023]. | 2023-05-07 | day
She was born on [May 7th, 2023]. | 2023-05-07 | day
She was born on [Sunday, 7 May 2023]. | 2023-05-07 | day
She was born on [Sunday, May 7, 2023]. | 2023-05-07 | day
She was born on [Sun 7 May 2023]. | 2023-05-07 | day
She was born on [the first of May 2023]. | 2023-05-01 | day
She was born on [the twenty-first of June 2022]. | 2022-06-21 | day
She was born on [3 Sep 2021]. | 2021-09-03 | day
She was born on [Dec. 31, 1999]. | 1999-12-31 | day
She was born on [29 February 2020]. | 2020-02-29 | day
She was born on [2023-05-07]. | 2023-05-07 | day
She was born on [2023/05/07]. | 2023-05-07 | day
She was born on [12.05.2023]. | 2023-05-12 | day
She was born on [7.5.2023]. | 2023-05-07 | day
She was born on [25/12/2023]. | 2023-12-25 | day
She was born on [12/25/2023]. | 2023-12-25 | day
She was born on [25-12-2023]. | 2023-12-25 | day
She was born on [05/05/2023]. | 2023-05-05 | day
The invoice is of [05/2023]. | 2023-05 | month
The invoice is of [2023-05]. | 2023-05 | month
We met on [7 May]. | 05-07< | day
We met on [May 7th]. | 05-07< | day
We met on the [3rd of March]. | 03-03< | day
We will meet on [7 May]. | 05-07> | day
We will meet on [March 3]. | 03-03> | day
We met on [December 31]. | 12-31< | day
We met on [29 February]. | 02-29< | day
We met on [Friday, 3 March]. | 03-03< | day
We met at 7:15 pm on [May 7, 2023]. | 2023-05-07 | day
We met on [8 May 2023 in the evening]. | 2023-05-08#evening | part
We met on [the evening of 8 May 2023]. | 2023-05-08#evening | part
We met on [the morning of May 8th, 2023]. | 2023-05-08#morning | part
It was [the week of 15 May 2023]. | 2023-05-15..2023-05-21 | week
It was [the week of 18 May 2023]. | 2023-05-15..2023-05-21 | week
It was [the weekend of 20 May 2023]. | 2023-05-20..2023-05-21 | weekend
It ran [between May 3 and 5, 2022]. | 2022-05-03..2022-05-05 | range
It ran [between 3 May and 5 June 2022]. | 2022-05-03..2022-06-05 | range
It ran [from 2022-05-03 to 2022-05-09]. | 2022-05-03..2022-05-09 | range
It ran [2022-05-03 – 2022-05-09]. | 2022-05-03..2022-05-09 | range
It ran [between 3 and 7 June 2022]. | 2022-06-03..2022-06-07 | range
It ran [from 3 to 7 June 2022]. | 2022-06-03..2022-06-07 | range
It ran [3–7 June 2022]. | 2022-06-03..2022-06-07 | range
It ran [May 3rd-5th, 2022]. | 2022-05-03..2022-05-05 | range
It ran [from June 3 to 7, 2022]. | 2022-06-03..2022-06-07 | range
It ran [June 3 to June 7, 2022]. | 2022-06-03..2022-06-07 | range
It ran [from 28 December 2022 to 3 January 2023]. | 2022-12-28..2023-01-03 | range
It ran [from 28 May to 3 June 2022]. | 2022-05-28..2022-06-03 | range
It ran [until 3 June 2024]. | ..2024-06-03 | range
It ran [since 3 June 2020]. | 2020-06-03.. | range
It ran [after 3 June 2020]. | 2020-06-04.. | range
It ran [before 3 June 2020]. | ..<2020-06-03 | range
We met on [the Friday before 20 October 2023]. | 2023-10-13 | day
We met on [the Sunday after 20 October 2023]. | 2023-10-22 | day
We met on [the Saturday before 3 June 2023]. | 2023-05-27 | day
We met [two days before 20 October 2023]. | 2023-10-18 | day
We met [three days after 30 December 2023]. | 2024-01-02 | day
We met [the day before 1 March 2024]. | 2024-02-29 | day
We met [the day after 28 February 2023]. | 2023-03-01 | day
We met [the week before 20 October 2023]. | 2023-10-13..2023-10-19 | range
We met [the week after 3 May 2023]. | 2023-05-04..2023-05-10 | range
We met [the weekend before 20 October 2023]. | 2023-10-14..2023-10-15 | weekend
We met [the weekend after 20 October 2023]. | 2023-10-21..2023-10-22 | weekend
We met [two weeks before 20 October 2023]. | 2023-10-02..2023-10-08 | week
We met [a month before 20 October 2023]. | 2023-09 | month
We met [the month before June 2022]. | 2022-05 | month
We met [the year before 2020]. | 2019 | year
We met [the year after 2020]. | 2021 | year
"""

HOLIDAYS = """
We ate well on [Christmas]. | 12-25< | day
We ate well on [Christmas Eve]. | 12-24< | day
We will eat well on [Christmas Day]. | 12-25> | day
We ate well [last Christmas]. | 12-25<< | day
We will eat well [next Christmas]. | 12-25>> | day
We ate well on [Christmas 2021]. | 2021-12-25 | day
We ate well at [Christmas]. | 12-25< | day
We ate well on [New Year's Eve]. | 12-31< | day
We slept on [New Year's Day]. | 01-01< | day
We dressed up for [Halloween]. | 10-31< | day
We dressed up [last Halloween]. | 10-31<< | day
We kissed on [Valentine's Day]. | 02-14< | day
We danced on [St. Patrick's Day]. | 03-17< | day
We met on [Easter]. | easter< | day
We will meet on [Easter Sunday]. | easter> | day
We met [last Easter]. | easter<< | day
We met on [Easter 2022]. | 2022-04-17 | day
We met on [Easter Monday 2024]. | 2024-04-01 | day
We met on [Good Friday 2023]. | 2023-04-07 | day
We met on [Thanksgiving]. | thanksgiving< | day
We met [last Thanksgiving]. | thanksgiving<< | day
We met on [Thanksgiving 2022]. | 2022-11-24 | day
We shopped on [Black Friday 2022]. | 2022-11-25 | day
We watched fireworks on [Independence Day]. | 07-04< | day
We watched fireworks on [the Fourth of July]. | 07-04< | day
We grilled on [Labor Day]. | labor< | day
We grilled on [Memorial Day]. | memorial< | day
We called her on [Mother's Day]. | mother< | day
We called him on [Father's Day 2023]. | 2023-06-18 | day
We met on [Boxing Day 2020]. | 2020-12-26 | day
We met [two days before Christmas]. | 12-25<-2 | day
We met [two days before Christmas 2022]. | 2022-12-23 | day
We met on [the Sunday after Easter 2023]. | 2023-04-16 | day
We met [the day after Thanksgiving 2023]. | 2023-11-24 | day
We met [the day after Christmas]. | 12-25<+1 | day
I have been sober [since Christmas]. | 12-25<.. | range
I will be sober [until Easter]. | ..easter> | range
"""

RECURRING = """
We meet [every other Tuesday]. | recurs
We meet [every Tuesday]. | recurs
We meet [every second Friday]. | recurs
We meet [every Monday and Thursday]. | recurs
We meet [every Friday night]. | recurs
We meet [on Mondays]. | recurs
We meet [on Mondays and Wednesdays]. | recurs
We meet [Tuesdays and Fridays]. | recurs
We meet [on Sunday mornings]. | recurs
I run [every day]. | recurs
I run [each day]. | recurs
I run [every other day]. | recurs
I run [every single day]. | recurs
I run [every morning]. | recurs
I run [each morning]. | recurs
I run [every night]. | recurs
I run [every evening]. | recurs
I run [twice a week]. | recurs
I run [three times a week]. | recurs
I run [4 times per month]. | recurs
I run [once a month]. | recurs
I run [once a week]. | recurs
I run [weekly]. | recurs
I run [daily]. | recurs
I pay rent [monthly]. | recurs
I pay rent [every month]. | recurs
I pay rent [every three months]. | recurs
I pay rent [every 6 months]. | recurs
They go there [every summer]. | recurs
They go there [every year]. | recurs
They go there [yearly]. | recurs
They go there [every June]. | recurs
They go there [every Christmas]. | recurs
They go there [every weekend]. | recurs
They go there [on weekends]. | recurs
They go there [every other weekend]. | recurs
They go there [on weekdays]. | recurs
They go there [on the first Monday of every month]. | recurs
"""

TRAPS = """
I met him 2 1/2 years ago.
I met him half a year ago.
I met him two and a half years ago.
J. P. Morgan called.
He ate 5 mayo sandwiches.
A trip to Mars.
You may go now.
May I come in?
They march for peace.
The march was long and cold.
Wait a second.
I have class Mon-Fri.
We are open Monday to Friday.
She came second in the race.
I fall asleep at once.
They fall in love.
The leaves fall down.
The sun is out.
He sat in the sun.
We are open 24/7.
Upgrade to v2.1.0 please.
Version 3.12 is out.
It costs $2019 in total.
It costs 2,500 dollars.
Call me at 555-0142.
Call +1 212 555 2019.
My number is 030 1234 5678.
Meet me in Room 2019.
The code is 4711.
I ate 3 apples.
She is 27 years old.
May said she would come.
April and May are my sisters.
June is my aunt.
I read the Daily Mail.
He is a daily visitor to nobody.
Sunday school was fun for the kids.
The Friday feeling is real.
We sang Monday's child.
It was on 31 February 2023.
It was on 05/07/2023.
It was on 31/31/2023.
It was at 25:61.
The score was 3:1.
We won 2-1.
Chapter 3 to 7 of the book.
Between 3 and 5 people came.
I walked over 2000 steps.
It holds up to 2000 people.
There were around 2000 people.
I read it in three days, I finished early. // past
It took two weeks.
The drive takes 3 hours.
We stayed for two weeks.
He is in his 30s.
She has two weeks of leave.
The day was long.
One day I want to travel.
Some day we will see.
What a week!
The spring of the clock broke.
He drank spring water.
A Christmas tree stood there.
We hid Easter eggs.
I love Christmas cookies.
He plays in a summer camp team.
Good morning!
Good night, sleep well.
My evening was fine.
Have a nice day.
Have a great weekend!
It is now or never.
I will do it later.
See you soon.
He went back home.
We did that before.
The bus goes past the house.
At last we won.
This is next to nothing.
The last train left.
I was the last one.
Next, mix the flour.
The first of many.
I live at 12 March Street.
Rule 1 may apply.
We march 5 miles.
The ratio is 1/2.
I scored 10/10.
Error 404 again.
ISO 8601 is a standard.
The house has 1990 square feet.
A week has seven days.
There are twelve months in it.
IP 10.05.2023.1 is bad.
It is 12.05 euros.
Every one of us.
Each of them.
Once upon a time.
That happened twice.
Years of work.
She wed.
He set a record.
I decided to leave.
Can you mark it?
Janet and Marta came.
Augustus was an emperor.
Decent people.
Sundays are holy to them?
A monthly magazine.
"""

_NAMED = {
    "easter": "2015-04-05 2016-03-27 2017-04-16 2018-04-01 2019-04-21 2020-04-12 2021-04-04 2022-04-17 2023-04-09 "
    "2024-03-31 2025-04-20 2026-04-05",
    "thanksgiving": "2021-11-25 2022-11-24 2023-11-23 2024-11-28 2025-11-27 2026-11-26",
    "labor": "2021-09-06 2022-09-05 2023-09-04 2024-09-02 2025-09-01 2026-09-07",
    "memorial": "2021-05-31 2022-05-30 2023-05-29 2024-05-27 2025-05-26 2026-05-25",
    "mother": "2021-05-09 2022-05-08 2023-05-14 2024-05-12 2025-05-11 2026-05-10",
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = {"morning": (5, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (18, 30)}
_Days = tuple[date, date]
"""The first day, and the one after the last."""


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table, each as its parts."""
    return [tuple(part.strip() for part in row.split("|")) for row in table.strip().splitlines()]


def bracketed(text: str) -> tuple[str, int, int]:
    """Return a text without its brackets, and where they stood."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), start, end


def meaning(said: str, anchor: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Return the instants that a meaning stands for, at an anchor (local, naive) in a zone."""
    if "#" in said:
        day, part = said.split("#")
        first, _ = _days(day, anchor.date())
        start, end = (
            datetime.combine(first + timedelta(days=hour // 24), time(hour % 24), tzinfo=zone)
            for hour in _PARTS[part]
        )
        return start, end
    first, after = _bounds(said, anchor.date())
    return _midnight(first, zone), _midnight(after, zone)


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return day and datetime.combine(day, time(), tzinfo=zone)


def _bounds(said: str, today: date) -> tuple[date | None, date | None]:
    if said.startswith("..<"):
        return None, _days(said[3:], today)[0]
    if said.startswith(".."):
        return None, _days(said[2:], today)[1]
    if said.endswith(".."):
        return _days(said[:-2], today)[0], None
    if ".." in said:
        first, last = said.split("..")
        return _days(first, today)[0], _days(last, today)[1]
    return _days(said, today)


def _days(said: str, today: date) -> _Days:
    """Return the days of one term, by the first way of reading it that fits."""
    for pattern, read in _TERMS:
        if found := re.fullmatch(pattern, said):
            return read(today, *found.groups())
    raise AssertionError(said)


def _one(day: date) -> _Days:
    return day, day + timedelta(days=1)


def _walk(day: date, step: int, wanted: str) -> date:
    while _WEEKDAYS[day.weekday()] != wanted:
        day += timedelta(days=step)
    return day


def _weekday(today: date, name: str, side: str) -> _Days:
    monday = _walk(today, -1, "Mon")
    start, step = {
        "<": (today, -1),
        "<<": (today - timedelta(days=1), -1),
        ">": (today + timedelta(days=1), 1),
        "=": (monday, 1),
    }[side]
    return _one(_walk(start, step, name))


def _latest_weekend(today: date, _side: str) -> _Days:
    sunday = today if _WEEKDAYS[today.weekday()] in {"Sat", "Sun"} else _walk(today, -1, "Sun")
    saturday = _walk(sunday, -1, "Sat")
    return saturday, saturday + timedelta(days=2)


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months_away(day: date, months: int) -> date:
    """Step through the calendar one month after the other."""
    day = day.replace(day=1)
    for _ in range(abs(months)):
        day = _month_after(day) if months > 0 else (day - timedelta(days=1)).replace(day=1)
    return day


def _unit(today: date, unit: str, steps: str) -> _Days:
    number = int(steps)
    monday = _walk(today, -1, "Mon") + timedelta(weeks=number)
    month = _months_away(today, number)
    decade = int(f"{today.year:04}"[:3] + "0") + 10 * number
    return {
        "D": _one(today + timedelta(days=number)),
        "W": (monday, monday + timedelta(days=7)),
        "E": (monday + timedelta(days=5), monday + timedelta(days=7)),
        "M": (month, _month_after(month)),
        "Y": (date(today.year + number, 1, 1), date(today.year + number + 1, 1, 1)),
        "T": (date(decade, 1, 1), date(decade + 10, 1, 1)),
    }[unit]


def _away(today: date, steps: str, unit: str, first: str) -> _Days:
    number = int(steps)
    if unit in "dw":
        day = today + timedelta(days=number * (7 if unit == "w" else 1))
    else:
        month = _months_away(today, number * (12 if unit == "y" else 1))
        last = _month_after(month) - timedelta(days=1)
        day = month.replace(day=min(today.day, last.day))
    return _one(day.replace(day=1) if first else day)


def _nearest(candidates: list[_Days], today: date, side: str) -> _Days:
    match side:
        case "<":
            return max(days for days in candidates if days[0] <= today)
        case "<<":
            return max(days for days in candidates if days[1] <= today)
        case ">":
            return min(days for days in candidates if days[1] > today)
        case ">>":
            return min(days for days in candidates if days[0] > today)
        case _:
            return next(days for days in candidates if days[0].year == today.year)


def _each_year(today: date, start: str) -> list[date]:
    found = []
    for year in range(today.year - 9, today.year + 10):
        try:
            found.append(date.fromisoformat(f"{year}-{start}"))
        except ValueError:
            continue
    return found


def _yearly_day(today: date, day: str, side: str) -> _Days:
    return _nearest([_one(each) for each in _each_year(today, day)], today, side)


def _yearly_month(today: date, month: str, side: str) -> _Days:
    return _nearest([(each, _month_after(each)) for each in _each_year(today, f"{month}-01")], today, side)


def _yearly_season(today: date, season: str, side: str) -> _Days:
    starts = _each_year(today, f"{_SEASONS[season]:02}-01")
    return _nearest([(each, _months_away(each, 3)) for each in starts], today, side)


def _holiday(today: date, name: str, side: str) -> _Days:
    return _nearest([_one(date.fromisoformat(day)) for day in _NAMED[name].split()], today, side)


def _moved(today: date, term: str, days: str) -> _Days:
    return _one(_days(term, today)[0] + timedelta(days=int(days)))


def _third(today: date, term: str, which: str) -> _Days:
    first, after = _days(term, today)
    size = (after - first).days
    tens = {28: (9, 19), 29: (10, 19), 30: (10, 20), 31: (10, 21)}[size]
    early, late = (first + timedelta(days=days) for days in tens)
    return {"early": (first, early), "mid": (early, late), "late": (late, after)}[which]


def _nth_day(today: date, month: str, day: str) -> _Days:
    return _one(_days(month, today)[0].replace(day=int(day)))


def _running(today: date, unit: str, side: str) -> _Days:
    first, after = _unit(today, {"week": "W", "month": "M", "year": "Y"}[unit], "0")
    return (first, today + timedelta(days=1)) if side == "<" else (today, after)


def _absolute(_today: date, year: str, rest: str | None) -> _Days:
    match (rest or "").split("-"):
        case [""]:
            return date(int(year), 1, 1), date(int(year) + 1, 1, 1)
        case [season] if season in _SEASONS:
            first = date(int(year), _SEASONS[season], 1)
            return first, _months_away(first, 3)
        case [month]:
            return date(int(year), int(month), 1), _month_after(date(int(year), int(month), 1))
        case parts:
            return _one(date(int(year), *map(int, parts)))


def _decade(_today: date, first: str) -> _Days:
    return date(int(first), 1, 1), date(int(first) + 10, 1, 1)


_SIDE = "(<<|<|>>|>|=)"
_TERMS = (
    (r"([DWEMYT])([+-]\d+|0)", _unit),
    (r"R([+-]\d+)([dwmy])(\^?)", _away),
    (rf"({'|'.join(_WEEKDAYS)}){_SIDE}", _weekday),
    (r"E(<)", _latest_weekend),
    (rf"(\d\d-\d\d){_SIDE}", _yearly_day),
    (rf"(\d\d){_SIDE}", _yearly_month),
    (rf"({'|'.join(_SEASONS)}){_SIDE}", _yearly_season),
    (rf"({'|'.join(_NAMED)}){_SIDE}", _holiday),
    (r"D0:(\w+)([<>])", _running),
    (r"(M[+-]?\d+):(\d+)", _nth_day),
    (r"(.+):(early|mid|late)", _third),
    (r"(\d{4})s", _decade),
    (r"(\d{4})(?:-(.+))?", _absolute),
    (r"(.+?[<>=])([+-]\d+)", _moved),
)
