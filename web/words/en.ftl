# Every text of the pages in English. A venue overrides any of them by the same id in its own
# words/en.ftl. Texts fixed by the house rules (domain 5.3, 5.8, 9.4) stand letter for letter.
# Words: plain, short, no blame, no exclamation marks.

## Time
weekday-mon = Mon
weekday-tue = Tue
weekday-wed = Wed
weekday-thu = Thu
weekday-fri = Fri
weekday-sat = Sat
weekday-sun = Sun
month-jan = Jan
month-feb = Feb
month-mar = Mar
month-apr = Apr
month-may = May
month-jun = Jun
month-jul = Jul
month-aug = Aug
month-sep = Sep
month-oct = Oct
month-nov = Nov
month-dec = Dec
month-january = January
month-february = February
month-march = March
month-april = April
month-may-long = May
month-june = June
month-july = July
month-august = August
month-september = September
month-october = October
month-november = November
month-december = December
day = { $weekday } { $day } { $month }
moment = { $day }, { $time }
dated = { $day } { $year }
month-title = { $month } { $year }
length = { $hours } h { $minutes }
length-hours = { $hours } h
length-minutes = { $minutes } min
run-and = { $first } and { $last }
run-to = { $first } to { $last }

## Every page
page-title = { $page } | { $venue }
site-description = Tickets for { $venue }, { $town }: what’s on, seats you choose, and nothing hidden in the price.
skip = Skip to content
nav-main = Main
nav-whats-on = What’s on
nav-month = Calendar
nav-cart = Cart, { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
box-office-line = Box office { $phone }, { $hours }
box-office-phone = Box office { $phone }
demo-banner = Demonstration. Nothing here is for sale and no card is charged.
tickets = { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
places = { $count ->
    [one] 1 place
   *[other] { $count } places
}
from-price = from { $price }
minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}

## Places left
avail-good = Good availability
avail-limited = Limited
avail-few = Last few
avail-out = Sold out
sale-not-yet = On sale { $when }
sale-presale = Presale only until { $when }
sale-ended = Web sale is over
sale-off = Not on sale here
sale-cancelled = Cancelled

## Where one sits
row-name = row { $row }
Row-name = Row { $row }
seats-one = seat { $seats }
seats-many = seats { $seats }
seats-range = { $first } to { $last }
list-and = { $list } and { $last }
place-line = { $zone } { $row } { $number }
place-line-box = { $zone } { $row }, { $number }
area-nth = { $area }, place { $nth }

## What's on
whats-on = What’s on
view = View
view-posters = Posters
view-month = Month
tonight = Tonight, { $day }
filter-date = Date
filter-any = All dates
filter-weekend = This weekend
filter-week = Next 7 days
filter-day = One day
filter-show = Show
filter-genre = Category
filter-all = All
all-events = All events
nothing-on = Nothing on the programme fits that choice.
nothing-on-more = Try all dates, or another category.
nothing-yet = The next season is not announced yet.
listing-when = { $genre }, { $when }
members-first = Members first until { $when }
month-caption = Performances in { $month }
month-nav = Month
month-past = Past
month-empty = Nothing is announced for { $month } yet.

## Event
event-dates = Choose a date
event-prices = Prices
event-where = Where you sit
event-know = Good to know
event-access = Access
event-running = Running time
event-doors = Doors
event-doors-before = Open { $length } before
event-calendar = Calendar
event-calendar-all = Add all dates
event-fee = A web fee of { $fee } a ticket is added in the cart.
event-no-dates = No dates are on sale. They appear here when they are announced.
price-none = none
poster-alt = Poster: { $title }

## Tickets
tickets-title = Tickets
perf-line = { $when }, { $hall }
how-many = How many tickets?
level-range = { $low } to { $high }
one-fewer-of = One { $level } ticket fewer
one-more-of = One { $level } ticket more
where = Where
where-any = Anywhere
where-choice = { $name }, { $price }
where-choice-out = { $name }, sold out
best-seats = Best seats
best-seats-for = Best seats for { $count }
best-seats-more = Best seats for { $count } more
add-places = Add to cart
choose-own = Choose my own seats
access-seats = Wheelchair, companion or other access seats
access-spaces = Wheelchair spaces
access-companions = Companions beside them
access-left = { $count ->
    [one] 1 wheelchair space is free.
   *[other] { $count } wheelchair spaces are free.
}
access-hint = Count every person above; companions sit beside the space.
access-find = Find access seats
access-call = Other needs: call { $phone }, and the box office finds the right seat.
seat-map = Seat map
seat-map-of = Seat map of { $hall }
seat-map-scrolls = Seat map, scrolls
seat-map-hint = Move along a row with the arrow keys. Enter takes or gives back a seat.
map-parts = Part of the house
map-whole = Whole house
zoom-in = Zoom in
zoom-out = Zoom out
zoom-fit = Fit
zoom-fit-label = Fit the whole house
part-left = { $count } left
parts-title = Choose from a list
overview-hint = A large house: choose a part to see its seats.
seat-label = { $row } seat { $number }, { $zone }, { $price }, { $state }
seat-label-plain = { $row } seat { $number }, { $zone }, { $state }
seat-restricted = { $label }, restricted view
seat-staff-hold = { $row } seat { $number }, held by staff, { $code }
state-free = free
state-picked = chosen
state-wheelchair = wheelchair space, free
state-companion = companion seat, free
key-title = Key to the seat map
key-band = { $name } { $price }
key-yours = Yours
key-taken = Taken
key-held = In someone’s cart
key-not = Not on sale to you
key-killed = Out of sale
key-staff-hold = Held by staff, by letter
key-wheelchair = Wheelchair space
key-companion = Companion
list-title = Choose from a list
list-none = No seats are free in this part.
list-seat = { $row } { $number }, { $price }
list-use = Use these seats
list-level = Ticket for these seats
chosen-title = Seats you chose
chosen-take = Hold { $count ->
    [one] this seat
   *[other] these { $count } seats
}
chosen-drop = Give back { $seat }
level-for = Ticket for { $seat }
level-price = { $level }, { $price }
js-taken = { $seat }, taken by you.
js-given = { $seat }, given back.
js-count = Seats chosen: { $count }.
js-gone = { $seat } was just taken.
js-max = { $max } tickets is the most for one cart.
js-stale = The map is not live at the moment. Seats are checked when you take them.
## What was found
found-title = Your seats
found-together = { $count ->
    [1] One seat.
    [2] Both together.
    [3] All three together.
    [4] All four together.
    [5] All five together.
    [6] All six together.
   *[other] All { $count } together.
}
found-apart = Not all together, as near as the house has them.
found-places = Unreserved. Sit where you like.
found-until = Held for you until { $time }.
found-keep = Go to cart
found-other = Try other seats
found-fewer = One fewer
found-no-other = There are no other seats together for your party here. These stay yours.
count-level = { $count } { $level }
apart-title = No { $count } together
apart-title-in = No { $count } together in { $where }
apart-largest = { $count ->
    [0] No seats are left side by side.
    [one] Single seats are all that is left here.
   *[other] The most that are left side by side here is { $count }.
}
apart-ask = You can sit in parts, as near each other as possible. Nothing is held yet.
apart-take = Take the split
apart-look = Find seats in parts
apart-elsewhere = { $where }, together
apart-none = No split is left either. Try another part of the house, or another date.
single-title = That would leave one seat alone
single-body = A seat on its own is hard to sell. Nothing is held yet. These fit as well:
single-none = A seat on its own is hard to sell. Nothing is held yet. Choose seats beside it, or let us find the best ones.
single-use = Take { $seats }
taken-title = Somebody was faster
taken-body = { $seats } went just now. Nothing is held yet; choose others or take best seats.
soldout-title = Not enough left
soldout-body = { $count ->
    [0] This performance is sold out.
    [one] 1 place is left here, fewer than you asked for.
   *[other] { $count } places are left here, fewer than you asked for.
}
toomany-title = That is more than one cart may hold
toomany-body = The most for one cart is { $count ->
    [one] 1 ticket.
   *[other] { $count } tickets.
} For a group, call { $phone }.
none-asked-title = How many tickets?
none-asked-body = Choose at least one ticket first.
mixed-title = Seats at two prices
mixed-body = Together you would sit in parts with different prices. Choose one part under Where.
notpriced-title = Not sold there
notpriced-body = One of these tickets is not sold in that part of the house.
back-to-event = About this event

## Not for sale now
closed-not-yet-title = Not on sale yet
closed-not-yet-body = Tickets go on sale { $when }. Come back then; this address stays the same.
closed-presale-title = Presale only
closed-presale-body = Members and holders of a passcode can buy now. Everybody else from { $when }.
closed-ended-title = The web sale is over
closed-ended-body = The box office may still have tickets. Call { $phone }, or come to the counter.
closed-cancelled-title = This performance is cancelled
closed-cancelled-body = Whoever has tickets gets their money back. Ask the box office on { $phone }, or choose another day.
closed-off-title = Not sold on the web
closed-off-body = Ask the box office on { $phone }.
closed-soldout-title = Sold out
closed-soldout-body = Every seat is gone. Some come back when carts run out or tickets are returned, so it is worth another look.
closed-other-dates = Other dates
closed-whats-on = See what’s on

## Cart
cart-title = Your cart
cart-held = Your seats are held until { $time }. Any page you open starts the time again.
cart-urgent = Under two minutes left.
cart-keep = Keep my seats
cart-left = Time left
cart-change = Change seats
cart-remove = Remove { $line }
cart-fewer = One fewer
cart-close = Empty the cart
cart-close-hint = Gives every seat back at once.
cart-checkout = Go to checkout
cart-more = See what else is on
cart-total-label = Total
cart-confirming = We are confirming your payment; do not pay again
cart-confirming-body = It usually takes less than a minute. Your seats stay yours meanwhile.
line-level = { $place }, { $level }
sum-fee = { $name }, { $count } at { $each }
sum-tax-added = { $name } { $rate }
sum-tax-included = Includes { $amount } { $name } at { $rate }.
sum-pay = To pay
sum-paid = Paid
percent = { $rate } %
removed = { $place } was given back.
keeps-single-title = That would leave one seat alone
keeps-single-body = Giving back { $seat } leaves a single seat. You can give back one of these instead:
keeps-single-give = Give back { $seat }
price-changed-title = The price changed
price-changed-body = The total was { $old } and is now { $new }. Nothing was charged.
gone-title = Some seats went to somebody else
gone-body = { $seats }. Nothing was charged for them.
announce-left = { $count ->
    [one] One minute left to pay.
   *[other] { $count } minutes left to pay.
}
empty-title = The cart is empty
empty-body = The lamp is on, the seats are out. Choose something and it waits here for you.
expired-title = Your seats went back on sale
expired-body = They were held as long as we could without a click. They may still be free.
empty-see = See what’s on

## Checkout
checkout-title = Checkout
checkout-held = Your seats are held until { $time }. Total { $total }.
checkout-about = About you
checkout-guest = Buying as a guest. We use your address for this order only.
checkout-name = Name
checkout-name-hint = As it should stand on the order
checkout-email = Email
checkout-email-hint = Your tickets go here
checkout-note = Note for the box office
checkout-note-hint = Optional. Never a card number.
checkout-payment = Payment
checkout-demo = Demonstration: pay with 4242 4242 4242 4242, any name, security code 123 and December of this year or later.
checkout-card-number = Card number
checkout-card-expiry = Expires
checkout-card-expiry-hint = Month and year, as 12/28
checkout-card-code = Security code
checkout-card-code-hint = Three or four digits
checkout-pay = Pay { $total }
checkout-again = Try another card
checkout-terms = By paying you accept the terms of sale.
checkout-order = Your order
checkout-back = Back to the cart
checkout-faults = { $count ->
    [one] One thing to put right
   *[other] { $count } things to put right
}
checkout-fault = { $field }: { $fault }
fault-missing = Please fill this in
fault-too-long = At most { $max } characters
fault-not-address = This does not look like an address that mail can reach
fault-not-card = This is not a card number; check the digits
fault-not-date = Write month and year, as 12/28
fault-over = This card is over
fault-not-code = Three or four digits, usually on the back
declined-title = Card was not accepted
declined-body = Nothing was charged. Your seats are still held until { $time }, so there is time to try another card or call your bank.
attempts-title = Too many attempts with a card
attempts-body = Nothing was charged. Call { $phone }, and the box office finishes the sale for you.
confirming-title = We are confirming your payment; do not pay again
confirming-body = The bank has not answered yet. We keep asking. Look again in a moment; your seats stay yours meanwhile, and the tickets come by mail.
confirming-look = Look again

## Order
order-title = Order { $order }
order-thanks = Thank you, { $name }
order-thanks-plain = Thank you
order-paid = Order { $order }, { $total } paid. This page is also in your mail, so you can come back to it on the night.
booked-title = Your seats are kept
booked-body = Order { $order }. { $due } of { $total } is still to be paid, by { $day } at our box office. Your tickets come once it is paid.
booked-body-now = Order { $order }. { $due } of { $total } is still to be paid at our box office. Your tickets come once it is paid.
order-confirming-body = Order { $order }. The bank has not answered yet; the tickets appear here as soon as it does.
order-not-title = This order did not come about
order-not-body = Nothing was charged. The seats are back on sale and may still be free.
order-swipe = One ticket per swipe. Turn the screen bright at the door.
order-tickets-label = Tickets, scroll sideways
order-of = { $nth } of { $count }
order-door = Door
order-ticket = Ticket
order-qr = Ticket code { $ticket }
order-pdf = Print as PDF
order-ics = Add to calendar
order-night = On the night
order-doors-open = Doors open
order-doors-at = { $doors }. It starts at { $starts }
order-find = Find us
order-your-door = Your door
order-summary = What you paid
order-booked-summary = What it comes to
order-in = In since { $time }
order-out = Out since { $time }
order-cancelled = Cancelled { $when }
order-visit-cancelled = This performance does not take place
order-visit-cancelled-body = { $why } You get your money back: what you paid in our shop goes back to your card, anything else we give back at the box office.
order-ticket-off = Does not take place
order-off-title = We are sorry
order-off-body = Order { $order }, { $total }: what you have tickets for does not take place.
cart-cancelled-title = { $title } is cancelled
cart-cancelled-body = Take its tickets out of your cart, or choose another day. Nothing was charged.
desk-ticket-off = Performance cancelled
sell-cancelled = A performance of this sale is cancelled
sell-cancelled-more = Take its tickets out of the sale, then go on.
order-replaced = Exchanged { $when } for tickets of order { $order }

## Pages for when it does not work
not-found-title = This page is not on the programme
not-found-body = The address may be old, or the run is over. Nothing in your cart has changed.
not-allowed-title = This is not yours to open
not-allowed-body = If it should be, open the link in your mail again, or sign in.
wrong-title = That form could not be read
wrong-body = Nothing was changed. Go back, look at what you typed, and send it again.
too-many-title = A moment, please
too-many-body = There were many requests from your address. Nothing in your cart has changed; try again in { $seconds ->
    [one] 1 second.
   *[other] { $seconds } seconds.
}
busy-title = The box office is catching its breath
busy-body = This page could not be made just now. Nothing in your cart has changed and nothing was charged. It is usually back within a minute.
full-title = The web shop is resting
full-body = Nothing new is sold for the moment. Orders, tickets and doors go on as usual. Call { $phone } for tickets.
offline-title = The box office is offline
offline-body = We are putting it right. Tickets you have stay valid at the door.
conflict-title = Things changed meanwhile
conflict-body = Nothing was charged. Look at your cart and go on from there.
try-again = Try again
go-cart = Go to the cart
read-out = If it goes on, call { $phone } and read out { $reference }.

## Desk
desk-title = Desk
desk-nav = Desk
desk-brand = { $venue } desk
desk-door = Door
desk-monitor = Monitor
desk-shop = Shop
desk-shop-group = Web sales
desk-money-group = Money
desk-people-group = People
desk-demo-group = Demo
desk-who = { $who }, { $when }
desk-sign-out = Sign out
sign-in-title = Sign in
sign-in-by-token = Sign in with a token
sign-in-body = Paste the token of this place. Whoever looks after the box has it.
sign-in-token = Token
sign-in-go = Sign in
sign-in-refused = This token does not open the desk
sign-in-refused-body = Check for a missing character, or ask for a new token.
sign-in-too-many = Too many attempts. Wait a minute, then try again.
login-login = Login
login-password = Password
login-have-code = I have a one-time code
login-refused = Login or password is not right
login-refused-more = Check both. After many wrong ones only a manager can let you in again.
login-taken = Somebody has this login already
login-malformed = A login has small letters, digits, full stops, dashes or @, and nobody goes without a name
step-title = Second step
step-body = Type the six digits that your phone shows now. A recovery code does as well.
step-code = Code
step-back = Back to the beginning
code-refused = This code is not good
code-refused-more = Each is good once and not for long. Wait for the next one, or begin again.
code-clock = The clock of the box is wrong
code-clock-more = Codes of a phone cannot be checked until it is put right. A recovery code works.
first-title = Choose a password
first-body = Type the one-time code that you were given, and the password that you want.
first-code = One-time code
first-password = New password
first-hint = Eight characters or more; at a door, where no second step is asked for, fifteen. Any characters, spaces too.
first-go = Choose it
password-short = A password has { $count } characters or more
password-long = A password has { $count } characters at most
password-common = This password is among the first that anybody would try. Choose another.
password-wrong = That is not your password
password-set = The password is changed; you are signed out everywhere else
confirm-title = Is it still you?
confirm-body = What comes next asks for your password or a code of your phone once more.
confirm-proof = Password or code
confirm-go = Go on
account-title = Account
account-who = { $name }, signed in as { $login }, { $role }
account-second = Second step
account-second-none = No phone is enrolled.
account-second-go = Enrol a phone
account-second-again = Enrol another phone
account-recovery-left = { $count ->
    [0] A phone is enrolled; no recovery codes are left.
    [one] A phone is enrolled; one recovery code is left.
   *[other] A phone is enrolled; { $count } recovery codes are left.
}
account-password = Password
account-password-old = Password as it is
account-password-go = Change it
account-sessions = Signed in
account-opened = Since
account-browser = Browser
account-end = Sign out there
account-here = Here
session-ended = Signed out there
second-set = The phone is enrolled; you are signed out everywhere else
second-owed = First enrol a phone
second-owed-more = Your role asks for a second step at every sign-in. Nothing else opens before.
second-yes = Enrolled
second-no = Not enrolled
enrol-title = Enrol a phone
enrol-symbol = Symbol for the authenticator app
enrol-body = Scan this with an authenticator app, then type the six digits that it shows.
enrol-typed = Or type this into the app:
enrol-code = Six digits
enrol-go = Enrol
codes-once = Shown this once
codes-kept = I have kept them
recovery-title = Recovery codes
recovery-body = Keep them on paper. Each takes the place of the phone once.
offer-title = One-time code for { $login }
offer-body = Hand it over in person. It is good for a day, once, at the sign-in page.
role-door = Door
role-cashier = Cashier
role-supervisor = Supervisor
role-manager = Manager
role-technician = Technician
staff-title = Staff
staff-name = Name
staff-role = Role
staff-role-set = Set role
staff-change = Change somebody
staff-code-new = New one-time code
staff-forget = The phone is lost, too
staff-disable = Put out
staff-enable = Let in again
staff-end-all = Sign out everywhere
staff-none = Nobody has an account yet.
staff-add = Somebody new
staff-add-go = Add, and show a one-time code
staff-changed = Done
last-manager = Nobody else could let anybody in: make another manager first
standing-active = Active
standing-invited = Has a one-time code until { $until }
standing-lapsed = Did not take the one-time code in time
standing-locked = Locked after too many wrong attempts
standing-disabled = Put out
till-title = Till
till-none = You have no till open. Count the float into the drawer, then open it.
till-no-tills = The house has no tills yet. They stand in the configuration.
till-none-free = Every till is open. Whoever has one closes it first.
till-which = Till
till-choice-taken = { $till }, open: { $by }
till-float = Float
till-float-hint = Coins and notes that you put into the drawer now. Nothing: 0.
till-open-go = Open the till
till-open-heading = Till { $till }
till-cashier = Cashier
till-since = Open since
till-sales = Sales
till-movements = Paid in and out
till-time = Time
till-kind = What
till-reason = Reason
till-amount = Amount
till-in = Paid in
till-out = Paid out
till-pay-in = Pay in
till-pay-in-go = Pay in
till-pay-out = Pay out
till-pay-out-go = Pay out
till-pay-more = Pay in or out
till-pay-more-hint = Once cash moves, the drawer is counted again.
till-count = Count and close
till-count-hint = Count all that is in the drawer, float and all. What should be there is shown once the till is closed.
till-counted = Counted
till-pieces = By notes and coins
till-pieces-hint = How many of each. Leave the total empty, or type it, too, as a check.
till-count-go = Take this count
till-counted-heading = Counted: { $amount }
till-counted-at = At { $when }. All of it goes to the safe once the till is closed.
till-close-go = Close the till
till-count-again = Count again
till-all = All tills
till-state-closed = Closed
till-state-open = Open
till-look = Count and close
till-lately = Closed lately
till-closed-at = Closed
till-difference = Difference
till-difference-none = Nothing over, nothing short
till-over = { $amount } over
till-short = { $amount } short
till-sheet = Sheet
till-sheet-heading = Till { $till }, closed
till-sheet-number = Number
till-closed-by = Closed by
till-cash-sales = { $count ->
    [0] Cash sales, none
    [one] Cash sales, 1
   *[other] Cash sales, { $count }
}
till-expected = Should be there
till-card-sales = { $count ->
    [0] No card sales.
    [one] 1 card sale, { $sum }. It is not in the drawer.
   *[other] { $count } card sales, { $sum }. They are not in the drawer.
}
till-signed = Counted by
till-checked = Checked by
till-back = Back to the till
till-amount-unread = No amount can be read there
till-amount-unread-more = Type it in figures, as 120.00.
till-amount-limits = That is no amount for here
till-amount-limits-more = More than nothing, at most { $max }.
till-amount-most = At most { $max }.
till-reason-wanted = Say why
till-reason-wanted-more = A reason of { $max } characters at most: whoever checks the till reads it.
till-too-many = No more than { $max } times cash goes in or out beside sales
till-too-many-more = Count and close the till, then open it again.
till-taken = { $by } has this till open
till-taken-more = Take another, or ask them to close it first.
till-own-open = You have a till open already
till-own-open-more = One at a time: count and close it first.
till-drawer-short = There is not that much in the drawer
till-drawer-short-more = By the books it holds less. Pay in first, or pay out less.
till-again = Count the drawer once more
till-again-more = Cash moved since the last count, or nobody counted yet.
till-pieces-differ = Notes and coins make { $pieces }, the total says { $total }
till-pieces-differ-more = Put one of them right, or leave the total empty.
till-card-runs = A card is being charged at this till
till-card-runs-more = Wait until its outcome is known, then close. The page of the sale says how far it is.
till-closed-meanwhile = This till is closed
till-closed-meanwhile-more = Somebody closed it meanwhile. Nothing was written.
batches-title = Card batches
batches-intro = What each pin pad and the web gateway took since it was last closed. Closing sends it to the bank.
batches-unsettled = Not at the bank yet
batches-settled = Settled lately
batches-none = No card has paid since the last close.
batches-all = All card batches
batch-heading = Batch: { $whose }
batch-gateway = Web gateway
batch-whose = Of
batch-since = Since
batch-payments = Payments
batch-open = Open
batch-closing = Being closed
batch-wanted = To be closed
batch-closing-more = The terminal is asked to close, or what became of it. This page looks again by itself.
batch-closing-web = The gateway is asked for its sums, then to settle. This page looks again by itself.
batch-closing-pay = The pin pad is closing its batch. Nothing was charged; try again in a moment, or take cash.
batch-mismatched = Does not match
batch-matched = Settled
batch-by-our-books = Settled by our own books
batch-no-match = No match
batch-taken = { $count ->
    [one] { $count } payment, { $sum }
   *[other] { $count } payments, { $sum }
  }
batch-ours = By our books
batch-theirs = By the terminal
batch-theirs-web = By the gateway
batch-untold-web = Not told: compare the gateway’s own statement
batch-untold = Not told: not compared with the terminal
batch-why = What was said
batch-close-go = Close the batch
batch-close-hint = The terminal counts up and sends what it has to the bank. No card can pay there meanwhile.
batch-close-web = The gateway counts up and sends what it has to the bank. The shop sells on; cards approved meanwhile are paid right after.
batch-force-web = The gateway and our books differ. Settling it all the same needs a reason; what the bank does not pay is posted as short.
batch-force-hint = The terminal and our books differ. Settling it all the same needs a reason; what the bank does not pay is posted as short.
batch-force-go = Settle without a match
batch-order = Order
batch-card = Card
batch-unmatched = Not found at the terminal
batch-unmatched-web = The gateway’s sums differ
batch-more = There are more than this page lists.
batch-no-payments = None.
batch-orphans = Booked by the terminal, asked by nobody
batch-orphans-hint = Look for the customer, or give the money back at the terminal.
batch-approval = Approval
batch-receipt = As the terminal printed it
batch-busy = A payment is not settled yet
batch-busy-more = It belongs to till { $till }. Let it end, or decide it there, then close the batch.
batch-silent-more = Nothing was closed. Look at the terminal and its line, then try again.
batch-changed = It went on meanwhile
batch-changed-more = Somebody was quicker. Look again at what it is now.
batch-reason-more = A reason of { $max } characters at most: whoever checks the books reads it.
audit-title = Audit
audit-intro = Every change that staff made, newest first. Each is bound to the one before it.
audit-entry = Entry
audit-when = When
audit-by = By
audit-what = What
audit-console = console
audit-house = the box itself
audit-token = token { $name }
audit-next = Older
audit-none = Nobody changed anything yet.
report-title = Sales
report-from = From
report-to = To
report-show = Show
report-csv = CSV
report-xlsx = XLSX
report-gross = Total
report-net = Net
report-tax = Tax
report-orders = Orders
report-tickets = Tickets
report-total = All
report-by = By
report-line = Line
report-chart = Sales by the hour, { $sum } in all, most at { $hour }: { $peak }.
report-chart-title = Chart by the hour
report-chart-caption = By the hour of the day. The figures stand in the table of hours.
report-by-performance = By performance
report-performance = Performance
report-by-level = By price level
report-level = Price level
report-by-tender = By payment
report-tender = Payment
report-by-cashier = By cashier
report-cashier = Cashier
report-by-hour = By hour
report-hour = Hour
report-fee = Fee: { $fee }
report-showing = { $title }, { $when }
report-no-name = No name
report-none = Nothing was sold on these days
report-none-more = As soon as something is sold, in the shop or at the counter, it stands here. Earlier days are a choice of dates away.
report-received = Money received
report-received-more = Payments of these days, for orders of whatever day.
report-payments = Payments
report-amount = Amount
report-differs = The journal has other sums for these days
report-differs-more = Do not go by these figures. Check the books on the page of the journal.
report-not-days = Those are no days to report on
report-not-days-more = Today is shown. Choose two days, the earlier one first, none after today.
report-cut = At most { $max } days at once
report-cut-more = The days after them are left out.
tender-cash = Cash
tender-pad = Card, { $pad }
tender-gateway = Card, web shop
tender-exchange = Exchanged tickets
tender-nothing = Nothing to pay
tender-later = Paid or given back at another time
cashier-web-listener = web listener
journal-title = Journal
journal-proof = Proof
journal-agrees = The books agree.
journal-proof-made = { $when }, { $count ->
    [one] one posting
   *[other] { $count } postings
  } replayed from zero.
journal-differ = The books do not agree: { $count ->
    [one] one account or posting
   *[other] { $count } accounts or postings
  }
journal-differ-more = Sell on, but take no figures from here, and show this page to whoever looks after the box.
journal-difference = { $account }: the balance says { $kept }, the journal makes { $replayed }
journal-unbalanced = Posting { $posting }: debit is not credit, or it cannot be read
journal-more = And { $count } more
journal-unproved = Not proved yet. It is done once a night.
journal-proving = Being proved now. Load this page again in a moment.
journal-prove = Prove now
journal-proof-asked = The proof has begun
journal-exports = Exports
journal-waiting = { $count ->
    [one] One posting was not exported yet.
   *[other] { $count } postings were not exported yet.
  }
journal-all-exported = Everything is exported.
journal-export = Export all that is new
journal-exported = Export { $no } is made
journal-exported-more = Its files stand below, and stay as they are.
journal-nothing = Nothing new to export
journal-nothing-more = Everything that was posted is in an earlier export.
journal-no = Number
journal-by = By
journal-count = Postings
journal-files = Files
journal-csv = CSV of { $no }
journal-xlsx = XLSX of { $no }
journal-posting = Posting
journal-day = Business day
journal-at = When
journal-cause = Why
journal-order = Order
journal-account = Account
journal-sub = Of
journal-debit = Debit
journal-credit = Credit
journal-postings = { $count ->
    [one] One posting
   *[other] { $count } postings
  }
journal-none = Nothing was posted on these days.
journal-older = Earlier days
end-of-day-title = End of day
end-of-day-intro = What was posted since the last one is proven and locked. It may be run as often as you like: each takes what is new.
end-of-day-cut-off = 1. Cut-off
end-of-day-up-to = Up to
end-of-day-up-to-hint = Empty: now
end-of-day-show = Show
end-of-day-now = Up to now
end-of-day-first = Everything posted up to { $upto }: this is the first one.
end-of-day-since = Everything posted since { $since }, up to { $upto }.
end-of-day-this-moment = now ({ $when })
end-of-day-postings = { $count ->
    [0] Nothing was posted.
    [one] One posting.
   *[other] { $count } postings.
}
end-of-day-empty = Nothing new
end-of-day-empty-more = Nothing was posted since the last one. It can be run all the same, and will say so.
end-of-day-cashiers = 2. Cashiers
end-of-day-cashiers-hint = Cards are counted by their terminals: see the batches.
end-of-day-no-tills = No till was closed.
end-of-day-method = Paid by
end-of-day-taken = Taken
end-of-day-back = Given back
end-of-day-expected = Expected
end-of-day-counted = Counted
end-of-day-cards = Cards
end-of-day-web-cards = Cards, web shop
end-of-day-open-tills = Tills still open
end-of-day-open-till = { $till }, { $cashier }, since { $since }
end-of-day-open-more = They do not stop the end of day. The date a till was opened on stays unlocked until it is closed.
end-of-day-batches = 3. Card batches
end-of-day-no-batches = No batch was settled, and none is open.
end-of-day-ours = Our books
end-of-day-told = The other side
end-of-day-untold = not told
end-of-day-reason = No match: { $reason }
end-of-day-mismatch = A card batch does not match
end-of-day-mismatch-more = What the terminal tells differs from our books by { $diff }. Look at batch { $batch }: settle it there with a reason, then end the day.
end-of-day-mismatch-link = Batch { $batch }
end-of-day-close = Close them now
end-of-day-close-runs = On their way to the bank
end-of-day-close-go = Close all batches
end-of-day-close-hint = { $count ->
    [one] Sends it to the bank. A pad that is off or busy is closed by the box as soon as it can be.
   *[other] Sends all { $count } to the bank. A pad that is off or busy is closed by the box as soon as it can be, the others meanwhile.
  }
end-of-day-close-wish = Wanted by { $by }, { $at }
end-of-day-close-next = Is closed in a moment
end-of-day-close-busy = A payment at till { $till } goes first: let it end, or decide it there. It is closed right after.
end-of-day-close-off = No line to the pad. It is closed by itself as soon as it is back.
end-of-day-close-exchanged = Another terminal answers than the listed one. It is closed by itself as soon as the right one is back.
end-of-day-close-unserved = This pad is not served any more. Put it back into the configuration, or keep the batch open.
end-of-day-close-failed = The terminal did not close: { $why }. It is asked again every few minutes.
end-of-day-close-not = It did not close: { $why }. Try again
end-of-day-close-keep = Keep open
end-of-day-close-keep-whose = Keep open: { $whose }
end-of-day-close-nothing = Nothing changed
end-of-day-close-nothing-more = Every batch is closed already, or was wanted closed. The list below says how far each is.
end-of-day-close-asked = Too late to keep it open
end-of-day-close-asked-more = The terminal is closing it now.
end-of-day-deposits = 4. Deposits
end-of-day-till-deposit = { $till }, counted by { $cashier }
end-of-day-batch-deposit = { $whose }, batch { $batch }
end-of-day-banked = On the statement of the bank
end-of-day-to-drawers = From the safe to drawers meanwhile: { $amount }. Floats and pay-ins, less pay-outs.
end-of-day-no-deposits = Nothing went to the bank.
end-of-day-sales = 5. Sales and revenue
end-of-day-no-sales = Nothing was sold or paid.
end-of-day-line = What
end-of-day-sold = Sold
end-of-day-refunded = Taken back
end-of-day-net = Together
end-of-day-orders = Orders
end-of-day-tickets = Tickets, net
end-of-day-fees = Fees, net
end-of-day-taxes = Taxes
end-of-day-gross = In all
end-of-day-paid = Paid
end-of-day-earned = Revenue of performances that are over
end-of-day-earned-hint = Moves from deferred tickets to ticket revenue with this end of day.
end-of-day-no-earned = No performance is over that still has deferred tickets.
end-of-day-proof = 6. Proof
end-of-day-agrees = The books add up.
end-of-day-out-of-balance = The books do not add up
end-of-day-out-of-balance-more = They differ by { $diff }. Nothing was written. Have the journal proved, and show this page to whoever looks after the box.
end-of-day-opening = Opening
end-of-day-closing = Closing
end-of-day-owed-before = Owed by orders before
end-of-day-owed-sales = plus sales
end-of-day-owed-refunds = less sales taken back
end-of-day-owed-payments = less payments
end-of-day-owed-paid-out = plus paid out
end-of-day-owed-after = Owed by orders now
end-of-day-lock = 7. Lock
end-of-day-locks = Business dates up to { $day } are locked: nothing can be posted into them any more.
end-of-day-will-lock = Business dates up to { $day } will be locked: nothing can be posted into them any more.
end-of-day-locked-already = Business dates up to { $day } are locked already. No other is locked now.
end-of-day-no-lock = No business date is locked.
end-of-day-go = End the day
end-of-day-go-blocked = Cannot be run yet
end-of-day-may-not = Somebody with an account of their own runs it.
end-of-day-earlier = Earlier ends of day
end-of-day-none = None yet.
end-of-day-no = Number
end-of-day-at = Run
end-of-day-by = By
end-of-day-count = Postings
end-of-day-locked = Locked up to
end-of-day-sheet = Sheet
end-of-day-heading = End of day { $no }
end-of-day-all = All ends of day
end-of-day-signed = Ended by
end-of-day-checked = Checked by
end-of-day-csv = CSV
end-of-day-xlsx = XLSX
end-of-day-in-order = In order
end-of-day-open-mark = To look at
end-of-day-blocks = Blocks
end-of-day-cut-off-wrong = That is no cut-off
end-of-day-cut-off-wrong-more = A time up to now.
end-of-day-cut-off-since-more = A time between the last cut-off, { $since }, and now.
end-of-day-refused = It could not be run
end-of-day-refused-more = Nothing was written. The steps below say why.
end-of-day-part = Step
end-of-day-figure = Figure
date-locked-title = That date is locked
account-receivable = Receivable
account-card-clearing = Card clearing
account-deferred-tickets = Deferred tickets
account-tax-payable = Tax payable
account-fee-revenue = Fee revenue
account-drawer-cash = Drawer cash
account-bank = Bank and safe
account-over-short = Over and short
account-ticket-revenue = Ticket revenue
account-transfer-clearing = Transfer clearing
cause-sale = Sale
cause-card-payment = Card payment
cause-cash-payment = Cash payment
cause-float = Float
cause-pay-in = Paid in
cause-pay-out = Paid out
cause-over-short = Over or short
cause-till-closed = Till closed
cause-refund = Sale taken back
cause-cash-refund = Cash given back
cause-card-refund = Given back to the card
cause-card-void = Card payment taken back
cause-deposit = Batch to the bank
cause-batch-difference = Batch that does not match
cause-revenue-recognised = Revenue of a performance that is over
cause-transfer = Between orders
cause-exchange = Exchanged tickets taken back
sub-gateway = web shop
sub-pad = pin pad { $no }
sub-tax = tax { $no }
sub-fee = fee { $no }
sub-till = till { $no }
strip-label = System status
strip-store = Store
strip-store-stopped = Store stopped
strip-clock = Clock
strip-clock-untrusted = Clock not trusted
strip-disk = Disk, { $free } free
strip-disk-low = Disk low, { $free } free
strip-disk-no-sale = Disk full, shop closed
strip-disk-scans = Disk full, scans only
strip-scanners = Scanners { $ready } of { $total }
strip-gates = Gates { $ready } of { $total }
strip-mail = Mail
strip-mail-waiting = Mail, { $count } waiting
strip-mail-errors = Mail, { $count ->
    [one] 1 error
   *[other] { $count } errors
}
strip-books = Books do not agree
strip-no-tls = No TLS
do-store = The store cannot be written: { $fault }
do-clock = The clock is not to be believed. Doors go on; timed sales wait. Set the time, or connect the network.
do-disk = Free some room on the disk of the store.
do-books = The last proof of the journal found a difference. Open the journal, and show it to whoever looks after the box.
do-tls = Pages travel unencrypted. Give a certificate in the configuration.
devices-title = Devices
devices-name = Device
devices-stands = Where
devices-state = State
devices-seen = Last seen
devices-do = What to do
devices-none = No device is configured. Add one to the configuration, and it stands here.
kind-scanners = Scanners
kind-gates = Gates and lamps
kind-network = Network doors
kind-mail = Mail
state-ready = Ready
state-waiting = Not heard of yet
state-retrying = Trying again in { $seconds } s
state-locked = Locked, too many bad codes
state-off = Off
do-waiting-network = Open /door on the phone and sign in with the token of that door.
do-waiting = Plug it in or switch it on. It is found within 3 seconds.
do-retrying = Check cable and power.
do-locked = Somebody tried many false codes here. It opens again by itself.
do-off = It is off in the configuration.
do-off-mail = Letters wait in the store, three days at most. Give mail.host and mail.from.
mail-server = SMTP
seen-never = never
today-title = The house today
today-none = Nothing plays today.
today-performance = Performance
today-sold = Sold
today-held = In carts
today-left = Left
today-inside = Inside

## Selling at the counter
sell-title = Sell
sell-at = Till { $till }, ready
sell-performance = Performance
sell-find = Find a performance
sell-find-hint = Title, code or date
sell-find-go = Find
sell-nothing-found = No performance fits that.
sell-nothing-here = None of these. Enter looks through the whole season.
sell-left = { $count } left
sell-choose = Choose a performance. What you type narrows the list; Enter takes the first.
sell-new = New sale
sell-empty = Nothing in it yet.
sell-sale = Sale { $sale }
sell-to-pay = To payment
sell-no-till = You have no till open
sell-no-till-more = A sale belongs to a drawer that somebody counts. Open your till first.
sell-open-till = Open a till
sell-token = A token cannot sell
sell-token-more = Sales are made in a person’s name. Sign in with your own account.
sell-waiting = Payments without an answer
sell-waits = Sale { $sale }, { $amount }, till { $till }, since { $when }: the box is asking the pad
sell-waits-person = Sale { $sale }, { $amount }, till { $till }, since { $when }: somebody must decide
sell-quantities = Quantities by price level
sell-level = Level
sell-add-places = Add places
sell-map = Map
sell-no-map = Nothing is numbered here. Sell places by their number.
sell-over = This is not sold any more
sell-over-more = The performance is cancelled, or it began too long ago.
sell-lines = Tickets of this sale
sell-seat = Seat
sell-price = Price
sell-give-back = Give back
sell-patron = Customer
sell-optional = optional
sell-email-hint = Tickets go there, too
sell-due = Payment
sell-held = Held until { $time }.
sell-card = Card
sell-card-phone = Card by phone
sell-cash = Cash
sell-free = Finish, nothing to pay
sell-pad-beside = Card on { $pad }
sell-given = Cash given
sell-given-hint = Empty: exactly what is to pay
sell-given-hint-card = Empty: exactly what is to pay. Less: the card pays the rest.
sell-change-js = Change { $amount }
sell-short-js = { $amount } short
sell-short-card-js = { $amount } short: press Card for the rest
sell-split = { $cash } of it in cash, { $card } by card.
sell-split-again = { $cash } was taken in cash beside the card. Give it back, or take the rest now.
sell-cancel = Cancel the sale
sell-next = Next sale
sell-closed = This sale is over
sell-closed-more = Its seats are back on sale. Nothing was charged for them.
sell-buyer-wrong = Look at the customer again
sell-name-long = The name is too long.
sell-gone-more = They are not held by this sale any more. Nothing was charged. Take them out and go on.
sell-attempts-more = { $count } payments were tried for this sale. Cancel it and begin again.
cash-unread = No amount can be read there
cash-unread-more = Type it in figures, as 50 or 50.00, or leave it empty for the exact amount.
cash-short = That is not enough
cash-short-more = { $due } is to pay. Nothing was sold yet.
cash-covers = The cash pays all of it
cash-covers-more = Nothing is left for the card. Press Cash, or type less.
cash-much = That is more than one sale can take
cash-much-more = At most { $max } in cash. Look at what was typed.
keys-first = takes the first
keys-find = performances
keys-to = to
keys-count = how many
keys-level = next level
keys-best = best seats
keys-map = seat map
keys-back = back
keys-hold = hold the chosen seats
keys-quantities = back to quantities
pad-label = Pin pad
pad-of-amount = { $amount }
pad-making-ready = Waking the pad
pad-confirm = Confirm the amount
pad-card = Waiting for card
pad-card-more = { $amount }. Tap, insert or swipe.
pad-taking-back = Taking the payment back
pad-taking-back-more = { $amount }. The card is not needed.
pad-type = Type the card at the pad
pad-type-more = { $amount }. Ask for number, date and code, and write none of them down.
pad-pin = PIN entry
pad-pin-wrong = Wrong PIN, once more
pad-bank = Asking the bank
pad-remove = Take the card out
pad-wait = One moment
pad-approved = Approved
pad-declined = Declined
pad-stopping = Stopping
pad-stopping-more = { $amount }. If the bank was quicker, it is paid all the same.
pad-reversing = Taking it back
pad-asking = Asking the pad
pad-asking-more = { $amount }. The box asks for the last payment.
pad-step-sent = Amount sent
pad-step-card = Card
pad-step-pin = PIN
pad-step-bank = Bank
pad-cancel = Cancel
pad-look-again = Look again
pad-page-lost = The box does not answer this page. It goes on by itself; look again in a moment.
pad-none = This till has no pin pad.
pad-starting = Not heard of yet.
pad-down = No line to it. { $why }
pad-busy = Till { $till } has it now.
pad-exchanged = Take no cards on this pad
pad-exchanged-more = It is not the one in the list: it says { $told }, the list says { $listed }. Take cash, leave the pad as it stands, and call whoever looks after the devices. If it was exchanged on purpose, its number goes into the configuration.
pads-title = Pin pads
pads-none = The house has no pin pads. They stand in the configuration.
pads-name = Pad
pads-place = Stands at
pads-off = Switched off in the configuration
pads-starting = Not heard of yet
pads-up = Ready: { $terminal }
pads-busy = Till { $till } has it
pads-down = No line to it. { $why }
pads-waiting = Payments that wait for a person
pads-waiting-do = Read on the terminal whether the amount was booked at that time, then decide on the page of the sale. Nobody is charged again before that.
pads-waiting-none = None. The box knows how every payment ended.
pads-since = Since
pads-till = Till
pads-amount = Amount
pads-sale = Sale
pads-orphans = Booked without a sale
pads-orphans-do = The terminal booked these and no payment of the box asked for them. Find the receipt on the terminal. Nobody got tickets for it: take the booking back at the terminal, on the same day and with its receipt number. Somebody did: keep the receipt with the sheet of the till.
pads-orphans-none = None. Every booking of the terminals has its sale.
pads-orphans-more = The newest are shown.
pads-heard = Heard at
pads-numbers = Receipt and trace
pads-card = Card
pads-approval = Approval
pads-unknown = not told
pads-see = Looked into
pads-see-what = What came of the booking of { $at }
pads-see-go = Seen
pads-seen = Ticked off
pads-seen-more = It has left the list. Who looked into it, and what came of it, stands in the audit.
pads-changed = Somebody was quicker
pads-changed-more = This booking is ticked off already.
pad-taken = The pad is taken
pad-silent = The pad does not answer
pad-silent-more = Nothing was charged. Try again, or take cash.
pad-was-declined = Card was not accepted
pad-was-declined-more = Nothing was charged; the seats stay held. For you only, the bank says: { $text }
pad-was-cancelled = The payment was stopped
pad-was-cancelled-more = Nothing was charged; the seats stay held.
pad-not-charged = Nothing was charged
pad-not-charged-more = The seats stay held. { $why }
pad-unknown = Outcome unknown: do not charge again
pad-unknown-box = The answer of the pad was lost at { $time }. The box asks it for its last payment until it knows.
pad-unknown-tell = Tell the customer:
pad-unknown-customer = the seats are yours, you will not be charged twice, this takes about a minute.
pad-unknown-cash = Take no cash for it before the outcome is known.
pad-next-customer = Serve the next customer
decide-title = Somebody must look: was the card charged?
decide-body = The box asked { $pad } about { $amount } and could not find it out. The seats stay held until this is decided.
decide-amount = Amount
decide-when = Begun
decide-number = Number at the pad
decide-why = What is known
decide-look = Look at the last payment on the terminal or its printed receipt, then say what happened. It is kept with your name.
decide-evidence = Approval code or receipt number
decide-evidence-hint = Only if it was charged, as it stands on the receipt
decide-name = Your name
decide-reason = Reason
decide-charged = It was charged, sell the seats
decide-not-charged = It was not charged
decide-given-back = The money was given back
decide-lacks = This is still missing
decide-gone = The seats cannot be sold for it any more
decide-gone-more = Give the money back at the terminal, then say so here.
decide-customer = the seats are yours and you will not be charged twice; somebody is looking at the pad.
decide-prove = You may decide it. Prove once more who you are, then say what happened.
decide-senior = A supervisor or manager decides. Ask one to sign in and open Sell; the sale is listed there.
card-card = Card
card-four = { $brand } …{ $four }
card-approval = Approval code
card-receipt = Receipt number
card-trace = Trace number
card-terminal = Terminal
sold-order = Open the order
sold-nothing = nothing to pay
sold-exchanged = with exchanged tickets
sold-owed = Owed to the customer, on order { $order }: { $amount }
sold-cash = paid in cash
sold-card = paid by card
sold-split = paid by card and in cash
sold-part = a part paid
sold-parts = paid in parts
sold-by-card = By card
sold-in-cash = In cash
sold-given = Given
sold-change = Change
sold-give = Change due
sold-tickets = Print tickets
sold-receipts = Receipts
sold-mailed = Mailed to { $email }
sold-by = { $cashier }, till { $till }
receipt-title = Receipts of order { $order }
receipt-customer = Card receipt, customer
receipt-merchant = Card receipt, merchant
receipt-sign = Signature
receipt-print = Print
receipt-back = Back to the order
receipt-by-terminal = The terminal printed the receipts of the card itself.

## Held tickets
held-heading = Held tickets
held-intro = Places that visitors of the shop have in their carts now. Load the page again for the newest.
held-caption = Held tickets by cart and performance, with status and end of the hold
held-code = Hold
held-cart = Cart
held-count = Tickets
held-places = Seats
held-status = Status
held-until = Hold ends
held-performance = { $title }, { $when }
held-order = The hold that ends first stands on top.
held-next = More held tickets
held-none = No cart holds a ticket now.
held-active = Active
held-expired = Expired
cart-active = Active
cart-checking-out = checking out
cart-completed = Completed
cart-checkout-error = Checkout - Errors Processing Cart
cart-closed-patron = Cart Closed - by patron
cart-closed-system = Cart Closed - by system
cart-closed-operator = Cart Closed - Operator forced it closed

## Letters
letters-heading = Letters
letters-caption = Letters, newest first, with state, attempts and the last fault
letters-number = Letter
letters-to = To
letters-subject = Subject
letters-kind = About
letters-attempts = Attempts
letters-fault = Last fault
letters-made = Made
letters-sent = Sent
letters-due = Goes out
letters-order = The newest letter stands on top.
letters-next = Older letters
letters-none = No letter was made yet. A sale makes one.
letters-all = All letters
letter-heading = Letter { $letter }
letter-about = Confirmation of order { $order }
letter-not-done = Not Done
letter-done = Done
letter-error = Error
letter-words = As it was sent
letter-masked = Links to the order are left out here: who has one has the tickets.
letter-no-words = Nothing was sent yet, or it was too long to be kept. The words of a letter are made when it leaves.
letter-files = Files sent along
letter-no-files = None.
letter-attachment = { $name }, { $bytes } bytes
letter-dialogue = Talk with the mail server, last attempt
letter-no-dialogue = No attempt was made yet.

## Door
door-title = Door
door-where = { $door }, { $direction }
door-in = in
door-out = out
door-check = check only
door-today = Everything of today
door-named = door { $door }
Door-named = Door { $door }
door-unpassed = { $name }, nobody went through
verdict = Verdict
signal-go = GO
signal-stop = STOP
signal-ask = CHECK
door-ready = Ready
door-ready-why = Scan a ticket, or type its code
door-seat = Seat
door-way = Way
door-do = Do
door-counts = of { $expected } in
door-loaded = { $loaded } of { $total } tickets loaded
door-last = Last five scans
door-none-yet = No scan yet
door-number = Ticket code
door-enter = Check
door-camera = Camera
door-ways = In or out
door-direction-in = In
door-direction-out = Out
door-direction-check = Check
door-offline = No answer from the box. One moment, then scan again.
door-alone = Judged without the box, by its list of { $time }
door-alone-unknown = Not on the list
door-alone-typed = A ticket number cannot be checked without the box. Scan the code.
door-alone-insecure = This page cannot judge without it: it was not opened over https.
door-alone-no-list = There is no list from it to judge by.
door-waits = { $count } scans wait for the box
door-waits-one = 1 scan waits for the box
door-waits-sign-in = Sign in again to send them.
door-no-camera = This browser has no code reader. Type the code.
who-level = { $name }, { $level }

## Why, at the door (one line)
reason-OK = Let in
reason-REENTRY = Welcome back
reason-OUT = Signed out
reason-PROVISIONAL = Ask for ID, then let in. Our code, but the sale has not reached this box
reason-UNREADABLE = Scan again, or type the code
reason-DEVICE = This door is not set up. Call the technician
reason-BAD_SIGNATURE = Forged or damaged code
reason-UNKNOWN = Not our ticket
reason-REPLACED = A newer ticket exists, since { $when }
reason-CANCELLED = Cancelled { $when }
reason-WRONG_PERFORMANCE = For another performance: { $title }, { $when }
reason-BLOCKED = Please wait, the manager is coming
reason-ALREADY_USED = Already in at { $time }, { $door }
reason-ALREADY_USED-plain = Already in at { $time }
reason-NO_REENTRY = Left at { $time }, no way back in
reason-WRONG_DOOR = Wrong door, go to { $door }
reason-TOO_EARLY = Doors open at { $time }
reason-TOO_LATE = Last admission was at { $time }
reason-UNPAID = Not paid, { $amount } is due
reason-FULL = The house is full for now
reason-NOT_IN = Not inside, so cannot leave
reason-BUSY = One moment, then scan again

## Why, in lists
short-OK = In
short-REENTRY = Back in
short-OUT = Out
short-PROVISIONAL = Not known yet
short-UNREADABLE = Not readable
short-DEVICE = Door not set up
short-BAD_SIGNATURE = Forged or damaged
short-UNKNOWN = Not our ticket
short-REPLACED = Older ticket
short-CANCELLED = Cancelled
short-WRONG_PERFORMANCE = Wrong performance
short-BLOCKED = Blocked
short-ALREADY_USED = Already in
short-NO_REENTRY = No re-entry
short-WRONG_DOOR = Wrong door
short-TOO_EARLY = Too early
short-TOO_LATE = Too late
short-UNPAID = Not paid
short-FULL = House full
short-NOT_IN = Not inside
short-BUSY = One moment

## What the person at the door does next
do-UNREADABLE = Scan again
do-DEVICE = Call technician
do-BAD_SIGNATURE = Send to the desk
do-UNKNOWN = Send to the desk
do-REPLACED = Ask for the newer one
do-CANCELLED = Send to the desk
do-WRONG_PERFORMANCE = Send to the desk
do-BLOCKED = Wait for the manager
do-ALREADY_USED = Send to the desk
do-NO_REENTRY = Send to the desk
do-WRONG_DOOR = Show the way
do-TOO_EARLY = Ask to wait
do-TOO_LATE = Send to the desk
do-UNPAID = Send to the desk
do-FULL = Ask to wait
do-NOT_IN = Let pass
do-BUSY = Scan again
do-PROVISIONAL = Ask for ID

## Monitor
monitor-title = Inside { $inside } of { $expected } | Monitor
monitor-all = All of { $day }
monitor-nothing = Nothing plays on { $day }
monitor-live = Live
monitor-stale = Stale since { $time }
monitor-past = Past day
monitor-inside = Inside now
monitor-of = of { $expected } expected
monitor-inside-label = Inside, of expected
monitor-to-come = { $count } to come
monitor-to-come-curtain = { $count } to come, { $minutes } to curtain
monitor-arrivals = Arrivals, scans per minute
monitor-curve-label = Scans per minute since { $from }. Tonight { $rate } a minute at { $now }.
monitor-curve-usual = Scans per minute since { $from }. Tonight { $rate } a minute at { $now }, usually { $usual }.
monitor-curve-tip = Tonight, { $rate } a minute
monitor-curve-past = Usual evening
monitor-doors = Doors
monitor-door = Door
monitor-to = To
monitor-in = In
monitor-a-minute = A minute
monitor-rate = Rate
monitor-state = State
flow-flowing = Flowing
flow-queue = Queue
flow-quiet = Quiet
flow-silent = No answer
monitor-no-doors = No door is configured
monitor-refused = Refused, { $refused } of { $scans } scans
monitor-refused-none = No one was refused
monitor-scans = Latest scans
monitor-no-scans = No scan yet. The first one appears here by itself.
col-title = Play Title
col-code = Play Code
col-performance = Performance
col-time = Time
col-name = First/Last Name
col-in = Scan In
col-out = Scan Out
col-share = % Records
monitor-date = Date
monitor-performance = Performance
monitor-every = All performances
monitor-show = Show
monitor-beam = Beam to screen { $ms } ms
monitor-beam-under = Beam to screen under 1 ms
monitor-undone = taken back
monitor-alone = without the box
monitor-duplicate = Duplicate admission
monitor-dispute = Let in, but: { $reason }
monitor-duplicates = { $count ->
    [one] { $count } duplicate admission
   *[other] { $count } duplicate admissions
}
monitor-without-box-snapshot = Doors without the box: judge by their last list
monitor-without-box-stop = Doors without the box: wait
monitor-beam-none = Beam to screen not measured yet
## Letter
letter-subject = Your tickets: { $title }, { $when }
letter-subject-booked = Your seats are kept: { $title }
letter-subject-more = Your tickets: { $title } and more
letter-hello = Thank you, { $name }
letter-intro = Order { $order }, { $total } paid. Your tickets are attached as a PDF and on this page:
letter-open = Open my tickets
letter-open-booked = Open my order
letter-booked = We keep your seats: order { $order }. { $due } of { $total } is still to be paid, by { $day } at our box office. Your tickets follow once it is paid.
letter-booked-now = We keep your seats: order { $order }. { $due } of { $total } is still to be paid at our box office. Your tickets follow once it is paid.
letter-night = Doors open { $doors }, it starts at { $starts }.
letter-help = Questions? Write to { $email } or call { $phone }.
letter-why = You get this letter because you bought tickets from us. It is not an advertisement.

## Ticket on paper
paper-title = Tickets, order { $order }
paper-doors = Doors
paper-starts = Starts
paper-door = Door
paper-ticket = Ticket
paper-order = Order
paper-note = Show this code at the door, on paper or on a screen. Each code admits once.

## Calendar entry
ics-description = { $tickets }, { $seats }. Doors open { $doors }. { $url }

## Demo bench
demo-title = Beam a code
demo-lede = Simulated scanners on real serial lines. Choose one, send it a code, and watch the lamp and the monitor.
demo-scanner = Scanner
demo-code = Code
demo-code-hint = Paste one from an order page, or press one of those listed
demo-beam = Beam
demo-rotate = Turn the turnstile
demo-lamp = Lamp
demo-lamp-off = Dark
demo-lamp-go = Green
demo-lamp-stop = Red
demo-lamp-ask = Amber
demo-last = { $time } { $who }: { $verdict }
demo-last-plain = { $time } { $verdict }
demo-unpassed = Nobody went through within { $seconds } s; the ticket is valid again
demo-codes = Codes to try
demo-codes-none = No ticket is sold for tonight yet. Buy some in the shop.
demo-about-valid = Valid tonight
demo-about-other = Another performance
demo-about-forged = Forged
demo-about-cancelled = Cancelled
demo-watch = Watch the monitor
demo-buy = Buy a ticket
demo-pads-title = Play the customer
demo-pads-lede = Simulated card terminals on real lines. Sell something at the counter and choose to pay by card: the pad of that till lights up here, and you decide what its customer does.
demo-pads-sell = Play the cashier
demo-pads-till = Open a till
demo-pad-idle = Ready
demo-pad-card = Tap or insert a card
demo-pad-type = Type the card number
demo-pad-pin = Enter PIN
demo-pad-pin-again = Wrong PIN. Try again
demo-pad-asking = Please wait
demo-pad-approved = Approved
demo-pad-declined = Declined
demo-pad-cancelled = Cancelled
demo-pad-timed-out = Cancelled: no card in time
demo-pad-linked = Connected to the box
demo-pad-unlinked = Not connected to the box
demo-pad-unplugged = The cable is out
demo-pad-tap = Tap a card
demo-pad-insert = Insert a card
demo-pad-tap-refused = Tap a card the bank refuses
demo-pad-type-card = Type the number of a card
demo-pad-right-pin = Right PIN
demo-pad-wrong-pin = Wrong PIN
demo-pad-red-key = Red key
demo-pad-pull-cable = Pull the cable
demo-pad-plug-in = Plug it in
demo-pad-stands = Beside the till { $till }.
demo-phones = Codes of the phones
demo-phones-lede = Signing in takes a password, which the demo printed when it started, and the code a phone shows. These are the phones of the demo; a code works once.

# orders at the desk

orders-heading = Orders
orders-find = Find an order
orders-find-hint = Number of the order or of a ticket, a ticket’s code, or part of the buyer’s name or email.
orders-find-go = Find
orders-caption = Orders, newest first
orders-number = Order
orders-placed = Placed
orders-buyer = Buyer
orders-email = Email
orders-tickets = Tickets
orders-ticket = Ticket
orders-level = Price level
orders-price = Price
orders-total = Total
orders-paid = Paid
orders-refunded = Given back
orders-balance = Balance
orders-none = No order answers to that among those looked through.
orders-order = Newest first
orders-next = Look further back
orders-all = All orders
orders-owed-back = To be given back
orders-back = Owed to the customer
orders-none-back = Nobody has anything to get back.
orders-owing-sum = { $count ->
    [one] One order, { $sum }.
   *[other] { $count } orders, { $sum } in all.
  }
orders-owing-more = There are more. Only the first { $count } by their number are in this list and in its sum; find the others by number or name.
overdue-by = The box
overdue-why = Not paid up by { $day }
overdue-kept = Owed to the customer, see the balance
letter-subject-cancelled = Cancelled because it was not paid: { $title }
letter-hello-plain = Good day,
letter-hello-name = Good day { $name },
letter-cancelled = Your order { $order } was to be paid by { $day }. It was not, so its seats are free again and its tickets are not valid. Nothing is owed any more.
letter-cancelled-owed = Your order { $order } was to be paid by { $day }. It was not, so its seats are free again and its tickets are not valid. You have paid { $owed } of it: that is yours. Come to our box office or write to us, and we give it back.
letter-open-cancelled = See your order
letter-subject-performance-cancelled = Cancelled: { $title }, { $when }
letter-performance-cancelled = We are sorry: { $title } on { $when } does not take place. { $why }
letter-performance-cancelled-card = You get your money back to the card you paid with. You need not do anything; it may take some days to show.
letter-performance-cancelled-counter = You get your money back at our box office. Bring your tickets, and your card if you paid with one.
letter-performance-cancelled-nothing = Nothing was paid, so nothing is owed.
orders-owing = Balance due
orders-none-owing = Nothing is due. Everybody has paid.
desk-order-heading = Order { $order }
desk-ticket-valid = Good
desk-ticket-choose = Ticket { $ticket } goes back
payments-heading = Payments
due-heading = Balance due
due-day = Due
due-now = Due now
due-until = Until { $day }
due-overdue = Overdue since { $day }
due-tickets = The tickets are printed and mailed once this is paid. Until then the door stops them.
due-amount = Amount now
due-amount-hint = Empty: all that is due. Less leaves the rest due.
due-given-hint = Empty: exactly that amount
due-wrong-title = That amount cannot be paid
due-wrong-body = Type figures, more than nothing and at most the { $due } that is due.
due-short-body = { $due } is to be paid now. Nothing was taken.
due-before-title = So much is not due any more
due-before-body = Give the money back at the terminal, then say so here.
due-taken = { $amount } taken in cash
due-taken-change = Change: { $change }
due-taken-even = No change to give.
due-pad-done = { $amount } paid by card, { $when }
due-pad-declined = The payment of { $amount } was declined, { $when }. Nothing was charged.
due-pad-cancelled = The payment of { $amount } was cancelled, { $when }. Nothing was charged.
due-pad-not = The payment of { $amount } did not happen, { $when }. Nothing was charged.
due-decide-body = The box asked { $pad } whether { $amount } was charged and could not find it out. The balance stays due until this is decided.
due-decide-senior = A supervisor or manager decides. Ask one to sign in and open this order.
due-waits = Payment of order { $order }, { $amount }, till { $till }, since { $when }: the box is asking the pad
due-waits-person = Payment of order { $order }, { $amount }, till { $till }, since { $when }: somebody must decide
part-open = Pay a part now
part-amount = Part paid now
part-hint = Less than the total, with one tender: press Card or Cash above
part-rest = The rest
part-at-once = at once, with another card or in cash
part-later = later, under the customer’s name
part-due-hint = The performance at the latest; only for a rest that comes later
part-wrong = That part cannot be paid
part-wrong-more = Type figures, more than nothing and less than the total. A part is paid with one tender: a card, or cash.
part-due-wrong = That day does not fit
part-due-wrong-more = The rest is due between today and the day of the first performance.
part-name = A rest that comes later needs the customer’s name.
back-title = { $amount } is owed to the customer
back-body = Money goes back where it was paid: to the newest card first, then in cash.
back-act-cash = Give back { $amount } in cash
back-act-card = Refund { $amount } to { $card }
back-act-online = Refund { $amount } to the card, through the gateway
back-act-order = Give back { $amount } to order { $order }
back-then = After that: { $acts }.
paid-nothing = Nothing to pay
paid-exchanged = With exchanged tickets
paid-cash = In cash, till { $till }
paid-at-pad = Card at { $pad }: { $brand } { $last }, approval { $approval }
paid-online = Card, in the shop
paid-online-pending = Card, in the shop; the payment is not answered yet
refund-choose = Back
refund-reason = Reason
refund-look = See what goes back
refund-go = Refund
refund-leave = Leave it
refund-way = To
refund-to-card = Card
refund-to-cash = Cash
refund-to-order = To order { $order }
refunds-heading = Refunds
refund-ask-cash = { $count ->
    [one] Refund 1 ticket: { $amount } in cash from your drawer
   *[other] Refund { $count } tickets: { $amount } in cash from your drawer
}
refund-ask-card = { $count ->
    [one] Refund 1 ticket: { $amount } to the card at its pad
   *[other] Refund { $count } tickets: { $amount } to the card at its pad
}
refund-ask-online = { $count ->
    [one] Refund 1 ticket: { $amount } to the card, through the web gateway
   *[other] Refund { $count } tickets: { $amount } to the card, through the web gateway
}
refund-ask-both = { $count ->
    [one] Refund 1 ticket: { $amount } goes back in parts, as it was paid
   *[other] Refund { $count } tickets: { $amount } goes back in parts, as it was paid
}
refund-ask-nothing = { $count ->
    [one] Cancel 1 ticket: nothing was paid for it
   *[other] Cancel { $count } tickets: nothing was paid for them
}
refund-ask-onward = { $count ->
    [one] Refund 1 ticket
   *[other] Refund { $count } tickets
}
refund-onward = { $amount } goes back to order { $order }, which it came from, and is owed to the customer there.
orders-from = Exchanged from
owed-pay = Pay back
exchanges-heading = Exchanges
exchanges-to = For order
exchanges-worth = Worth
exchange-fee = { $name } for an exchange: { $count } × { $each } = { $amount }, a line of the new order.
exchange-no-fee = No fee for the exchange: the reason above says why
exchange-fee-waived = Without the fee of { $fee }
exchange-worth = To exchange: { $amount } towards other tickets. The difference is paid, or paid back.
exchange-go = Exchange
exchange-look = Look at that sale
exchange-runs = Tickets of this order are being exchanged in sale { $sale }
exchange-running-title = Tickets of this order are being exchanged
exchange-running-body = Nothing of it goes back before that sale is finished, or its exchange is left.
exchange-unpaid-title = This order is not paid yet
exchange-unpaid-body = The card payment of the shop is not answered yet. Try again in a minute.
exchange-band = { $count ->
    [one] Exchange of 1 ticket of order { $order }, worth { $amount }
   *[other] Exchange of { $count } tickets of order { $order }, worth { $amount }
}
exchange-band-more = Choose the new tickets as in any sale. The old ones stay good until those are sold.
exchange-band-paid = Of that, { $amount } is paid and pays for others.
exchange-leave = Leave the exchange
exchange-less = Exchanged tickets of order { $order }
exchange-new = New tickets
exchange-due = Due
exchange-over = Owed to the customer afterwards:
exchange-gone = These tickets cannot be exchanged any more
exchange-gone-more = Somebody came in with one of them, or it was given back. Leave the exchange, or start it again.
refund-none-title = Choose the tickets that go back
refund-none-body = Tick at least one that is still good.
refund-reason-title = Say why
refund-reason-body = A reason of { $max } characters at most: whoever checks the books reads it.
refund-over-title = That was given back already
refund-over-body = No more can go back than was paid. The page shows what is left.
refund-late-title = The performance is over
refund-late-body = Its tickets are not given back any more.
refund-used-title = Somebody came in with this ticket
refund-used-body = A used ticket is not given back.
refund-pending-title = The bank has not paid this order yet
refund-pending-body = The bank approved the card, and its payment is not answered yet. The box goes on asking. Refund or exchange once this page says the card is paid.
refund-closing-title = That batch is being closed
refund-closing-body = Nothing went back. Try again in a moment.
refund-by-card-title = This order was paid by card
refund-running-title = A refund or a payment of this order is not settled yet
refund-running-body = The box is asking the terminal or the gateway. Do not take or pay out anything; try again once its outcome is shown.
refund-no-till-title = You have no till open
refund-no-till-body = Open your till first: a refund belongs to a drawer.
refund-drawer-title = There is not that much in your drawer
refund-drawer-body = { $due } would go back. Pay in first.
refund-pad-busy-title = The pin pad has another payment
refund-pad-busy-body = Try again once it is done.
refund-no-pad-title = The pin pad of this payment is not there
refund-no-pad-body = Money goes back where it was paid. Connect the pad, then try again.
refund-changed-title = It makes another amount now
refund-changed-body = Something changed since the page was made. Look at the amount and press again.
refund-pad-unknown = Outcome unknown: give nothing back in another way
refund-pad-stopping = { $amount }. If the bank was quicker, it goes back all the same.
refund-unknown-customer = we are finding out whether the money is on its way to your card; this takes about a minute.
refund-unknown-cash = Pay nothing out before the outcome is known.
refund-web-asked = The gateway is asked to give it back
refund-web-asked-more = { $amount } to the card that paid in the shop. The tickets stay good until the gateway says so.
refund-web-unknown = The gateway did not answer at { $time }. The box asks again until it knows, and no money goes back twice.
refund-web-decide-body = The box asked the gateway whether { $amount } went back and has no answer yet. It goes on asking. The tickets stay good until it answers or this is decided.
refund-web-decide-look = Look for this refund in the gateway’s own portal, then say what you saw.
refund-web-decide-evidence = Only if it went back, the gateway’s number of the refund
refund-web-decide-undone = It was taken back in the gateway’s portal
refund-decide-title = Somebody must look: did the money go back?
refund-decide-body = The box asked { $pad } whether { $amount } went back and could not find it out. The tickets stay good until this is decided.
refund-decide-evidence = Only if it went back, as it stands on the receipt
refund-decide-back = It went back, cancel the tickets
refund-decide-not = It did not go back
refund-decide-undone = It was taken back at the terminal
refund-decide-senior = A supervisor or manager decides. Ask one to sign in and open this order.
refund-before-title = Those tickets were given back before
refund-before-body = Take the booking back at the terminal, then say so here.
refund-waits = Refund of order { $order }, { $amount }, till { $till }, since { $when }: the box is asking the pad
refund-waits-person = Refund of order { $order }, { $amount }, till { $till }, since { $when }: somebody must decide
refund-waits-web = Refund of order { $order }, { $amount }, through the web gateway, since { $when }: somebody must decide
refund-pad-done = { $amount } went back to the card, { $when }
refund-pad-declined = The refund of { $amount } was declined, { $when }. Nothing went back.
refund-pad-cancelled = The refund of { $amount } was cancelled, { $when }. Nothing went back.
refund-pad-not = The refund of { $amount } did not happen, { $when }. Nothing went back.
postings-heading = Postings
postings-lines = Accounts
postings-owed = Owed
till-cash-back = { $count ->
    [0] Given back in cash, none
    [one] Given back in cash, 1
   *[other] Given back in cash, { $count }
}
till-cards-back = { $count ->
    [0] Nothing given back to cards.
    [one] 1 refund to a card, { $sum }.
   *[other] { $count } refunds to cards, { $sum }.
}
# patrons at the desk
patrons-title = Patrons
patrons-find = Find a patron
patrons-find-hint = Name, email, phone, or the number of an order or ticket
patrons-find-go = Find
patrons-found = Found
patrons-newest = Newest
patrons-orders = Orders of that number
patrons-by-ticket = ticket { $ticket }
patrons-last = Last order
patrons-last-on = last order { $when }
patrons-none = Nobody fits that.
patrons-nobody = Nobody is in the register yet.
patrons-more = There may be others. A longer name, an email or a phone number finds fewer.
patrons-older = Older patrons
patrons-all = All patrons
patrons-table = Table of patrons
patrons-new = New patron
patrons-new-go = Register
patrons-new-choose = Register and choose
patrons-choose = Choose
patrons-choose-one = Choose { $name }
patrons-for-sale = For sale { $sale }.
patrons-to-sale = Back to sale { $sale }
patrons-matches = { $count ->
    [0] Nobody fits
    [one] 1 patron, arrow down and Enter to choose
   *[other] { $count } patrons, arrow down and Enter to choose
}
patrons-matches-more = The first { $count } patrons, type on to find others
patrons-matches-label = Patrons that fit
patrons-matches-lost = The register does not answer. Sell on without it.
patron-phone = Phone
patron-optional = Optional
patron-name-wrong = Give a name of 120 characters at most
patron-phone-wrong = 3 to 15 digits, a + before them if you like
patron-wrong = Look at the details again
patron-number = Patron
patron-since = In the register since
patron-details = Details
patron-save = Save
patron-orders = Orders
patron-orders-table = Table of orders
patron-order = Order
patron-bought = Bought
patron-for = For
patron-tickets = Tickets
patron-total = Total
patron-orders-none = No orders at the counter yet.
patron-orders-more = Older orders are not listed here.
sell-patron-find = Find in the register
sell-patron-off = Take off
sell-patron-hint = Name, email or phone finds who is in the register
sell-remember = Remember this patron
sell-remember-name = Type the name to remember, or take the tick away.
# cancelled performances at the desk
cancellations-title = Cancellations
cancellations-intro = Performances that do not take place, and what is still to be given back for them.
cancellations-cancelled = Cancelled
cancellations-none = No performance is cancelled.
cancellations-ahead = To come
cancellations-choose = Open a performance to cancel it.
cancellations-no-show = No performance is to come.
cancellations-more = There are more. The nearest and the last cancelled ones are listed.
cancellations-all = All cancellations
cancellation-heading = { $title }, { $when }
cancellation-starts = Starts
cancellation-hall = Hall
cancellation-sold = Tickets sold
cancellation-back = Tickets to take back
cancellation-since = Cancelled
cancellation-cancel = Cancel this performance
cancellation-cancel-more = Nothing more of it is sold, its tickets open no door, and everybody with a ticket and an email gets a letter. This cannot be undone. No money goes back yet: that comes next.
cancellation-reason = Why
cancellation-reason-hint = Customers read it in their letter, as you write it here.
cancellation-reason-more = Customers want to know. { $max } characters at most.
cancellation-go = Cancel the performance
cancellation-leave = Leave it on
cancellation-senior = A supervisor or manager can cancel it.
cancellation-open = { $orders ->
    [one] 1 order
   *[other] { $orders } orders
} with { $tickets ->
    [one] 1 ticket
   *[other] { $tickets } tickets
} to take back, { $sum } to give back.
cancellation-at-once-title = Without the customer
cancellation-at-once = { $orders ->
    [one] 1 order
   *[other] { $orders } orders
} with { $tickets ->
    [one] 1 ticket
   *[other] { $tickets } tickets
}, { $sum }.
cancellation-at-once-more = What was paid in the shop goes back to the cards through the gateway, and tickets that nothing was paid for are taken back.
cancellation-at-once-go = Give all of it back
cancellation-refund-senior = A supervisor or manager can give it back.
cancellation-running = Money is on its way back. This page looks again every few seconds.
cancellation-queue = To be given back
cancellation-more = There are more. These are of the first 20,000 tickets; give them back and look again.
cancellation-cash = In cash
cancellation-done = Everything is given back.
cancellation-do = Give back
cancellation-stands-at-once = Without the customer
cancellation-stands-without-card = At its pad, no card needed
cancellation-stands-customer = When the customer comes
cancellation-stands-running = On its way
cancellation-stands-operator = A person must look
cancellation-stands-exchanging = Being exchanged
cancellation-stands-capture = The bank has not paid yet
cancellation-before = It is cancelled already
cancellation-before-more = Somebody else was faster. Customers have their letter.
cancellation-over = It is over
cancellation-over-more = A performance that took place cannot be cancelled.
cancellation-begun = { $orders ->
    [one] 1 order is being given back
   *[other] { $orders } orders are being given back
}
cancellation-begun-more = { $not ->
    [0] The list says how far each is.
    [one] 1 order could not be begun: the list says how it stands.
   *[other] { $not } orders could not be begun: the list says how they stand.
}
cancellation-none = Nothing goes back without its customer now
cancellation-none-more = What is left is on its way, or waits in the list.
cancellation-of-order = { $title } was cancelled
cancellation-to-queue = All refunds of this performance
