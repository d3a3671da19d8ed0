//! A counter with one order and whatever it is exchanged for: facts are what the events so far
//! left, as a store would have them.
//!
//! Checks the books after every event that it takes. Never decides: `rules` does.

use super::facts::{
    self, ANNA, CART, DAY, NOW, ORDER, PAD, PLAY, SESSION, TILL, ask, at_pad, counter, line,
    standing, taken, taxes, ticket,
};
use std::collections::BTreeMap;
use usher_rules::at::At;
use usher_rules::cart::{self, Buyer, Cart, Place, State as CartState};
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{Answer, Command, Event, Facts as SaleFacts, Fresh, decide};
use usher_rules::exchange::{self, Exchanges, fits};
use usher_rules::fee::{self, Fee, Per};
use usher_rules::house::House;
use usher_rules::id::{CartId, LetterId, OrderId, PostingId, SeatNo, TicketId, TillNo};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::{self, Deposit, Means};
use usher_rules::posting::{self, Account, GATEWAY_BATCH, Posting};
use usher_rules::refund::{self, Facts, Standing, Wanted};
use usher_rules::tender::pad::{Booking, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::{self, Ticket};
use usher_rules::till::TillSession;
use usher_rules::{Event as AnyEvent, Key, Refusal, till};

/// What the order's two tickets cost, and their fee.
pub const EACH: Money = Money(2_000 + 100);
pub const FLOAT: Money = Money(10_000);

/// How the first order was paid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    Cash,
    Card,
    Shop,
}

pub struct Counter {
    pub orders: BTreeMap<OrderId, Order>,
    pub tickets: BTreeMap<TicketId, Standing>,
    pub carts: BTreeMap<CartId, Cart>,
    pub intents: BTreeMap<Key, Intent>,
    /// Who has a seat: a ticket, or none while a cart holds it.
    seats: BTreeMap<SeatNo, Option<TicketId>>,
    balances: BTreeMap<(u16, u64), Money>,
    next: u64,
    pub till: TillNo,
    pub letters: usize,
    /// Of each ticket that is given up; none unless a test says so.
    pub fee: Money,
    /// Whoever exchanges leaves it out.
    pub no_fee: bool,
}

impl Counter {
    pub fn with(by: By) -> Counter {
        let mut counter = Counter {
            orders: BTreeMap::new(),
            tickets: BTreeMap::new(),
            carts: BTreeMap::new(),
            intents: BTreeMap::new(),
            seats: BTreeMap::new(),
            balances: BTreeMap::new(),
            next: 100,
            till: TILL,
            letters: 0,
            fee: Money::ZERO,
            no_fee: false,
        };
        counter.first(by);
        counter
    }

    /// Two tickets at 20.00 with a fee of 1.00 each, and the drawer's float.
    fn first(&mut self, by: By) {
        let fee = |no, per, minor| Fee {
            no,
            name: "Fee".into(),
            per,
            amount: Money(minor),
            taxed: false,
        };
        let fees = fee::lines(&[fee(1, Per::Ticket, 100)], &taxes(), 2);
        let cart = Cart {
            lines: vec![line(1, 1, 2_000), line(2, 2, 2_000)],
            state: CartState::Completed,
            order: Some(ORDER),
            ..Cart::bare(At(0))
        };
        self.carts.insert(CART, cart.clone());
        let drawer = (Account::DrawerCash, u64::from(TILL.0));
        let bank = (Account::Bank, 0);
        self.post(&posting::between(None, posting::Cause::Float, drawer, bank, FLOAT, NOW, DAY));
        let total = EACH + EACH;
        let key = Key([1; 16]);
        let order = Order {
            buyer: Buyer {
                name: "Ada Finch".into(),
                email: "ada@example.org".into(),
                patron: None,
            },
            fees: fees.clone(),
            total,
            payment: if by == By::Shop { Payment::Captured } else { Payment::Paid },
            tickets: vec![TicketId(31), TicketId(32)],
            intent: (by != By::Cash).then_some(key),
            counter: None,
            ..facts::order(cart.lines.clone())
        };
        for (line, id) in order.lines.iter().zip(&order.tickets) {
            self.stands(*id, ticket(ORDER, line));
        }
        let priced: Vec<_> = order.lines.iter().map(|line| (PLAY, &line.price)).collect();
        self.post(&posting::sale(ORDER, &priced, &fees, At(1), DAY));
        let batch = u64::from(PAD.0);
        match by {
            By::Cash => self.post(&posting::cash_payment(ORDER, TILL, total, At(1), DAY)),
            By::Card => self.post(&posting::card_payment(ORDER, batch, total, At(1), DAY)),
            By::Shop => {
                self.post(&posting::card_payment(ORDER, GATEWAY_BATCH, total, At(1), DAY));
            }
        }
        if by == By::Card {
            let booked = Booking { amount: Some(total), trace: Some(8), ..Booking::default() };
            self.intents.insert(key, taken(total, at_pad(booked)));
        }
        self.orders.insert(ORDER, order);
    }

    fn stands(&mut self, id: TicketId, ticket: Ticket) {
        let Place::Seat(seat) = ticket.place else { panic!("only seats here") };
        self.seats.insert(seat, Some(id));
        self.tickets.insert(id, standing(id, ticket));
    }

    fn post(&mut self, posting: &Posting) {
        assert!(posting.balanced());
        for line in &posting.lines {
            let sum = self.balances.entry((line.account.no(), line.sub)).or_default();
            *sum = *sum + line.amount;
        }
    }

    pub fn balance(&self, account: Account, sub: u64) -> Money {
        self.balances.get(&(account.no(), sub)).copied().unwrap_or_default()
    }

    pub fn owed(&self, order: OrderId) -> Money {
        self.balance(Account::Receivable, order.0)
    }

    pub fn drawer(&self) -> Money {
        self.balance(Account::DrawerCash, u64::from(TILL.0))
    }

    pub fn cards(&self) -> Money {
        self.balance(Account::CardClearing, u64::from(PAD.0))
    }

    /// The order as the ledger loads it for a rule.
    fn facts(&self, id: OrderId) -> Option<Facts> {
        let order = self.orders.get(&id)?.clone();
        let open = self
            .intents
            .values()
            .find(|intent| intent.state.open() && intent.of_order() == Some(id));
        let gives = |cart: &Cart| {
            cart.state.runs() && cart.exchange.as_ref().is_some_and(|one| one.order == id)
        };
        let later = order.payments.iter().flat_map(|all| &all.made);
        let later = later.filter_map(|made| made.intent);
        Some(Facts {
            id,
            tickets: order.tickets.iter().map(|id| self.tickets[id].clone()).collect(),
            paid: order.intent.and_then(|key| self.intents.get(&key).cloned()),
            later: later.map(|key| (key, self.intents[&key].clone())).collect(),
            balance: self.owed(id),
            running: open.cloned(),
            newest: None,
            batch_since: None,
            exchanging: self.carts.iter().find(|(_, cart)| gives(cart)).map(|(id, _)| *id),
            drawer: self.drawer(),
            order,
        })
    }

    fn sale(&self, command: &Command) -> SaleFacts {
        let key = match command {
            Command::Pad(step) => step.intent(),
            Command::Answered(key, _) => Some(*key),
            _ => None,
        };
        let intent = key.and_then(|key| self.intents.get(&key).cloned());
        let about = match command {
            Command::Refund(command) => Some(command.wanted().order),
            Command::Exchange(command) => command.begins().map(|(wanted, _)| wanted.order),
            Command::Payment(command) => Some(command.order()),
            _ => intent.as_ref().and_then(Intent::of_order),
        };
        let cart_id = match command {
            Command::Cash { cart, .. }
            | Command::Deposit { cart, .. }
            | Command::Pad(Pad::Begin { cart, .. })
            | Command::Exchange(exchange::Command::Leave(cart)) => *cart,
            _ => intent.as_ref().map_or(CartId(0), |intent| intent.cart),
        };
        let cart = self.carts.get(&cart_id).filter(|_| about.is_none()).cloned();
        let gives = cart.as_ref().filter(|cart| cart.state.runs());
        let gives = gives.and_then(|cart| Some(cart.exchange.as_ref()?.order));
        let busy = |intent: &&Intent| {
            intent.pad.is_some() && usher_rules::checkout::pad::keeps_pad(intent.state)
        };
        let fresh = Fresh {
            cart: CartId(self.next),
            order: OrderId(self.next),
            first_ticket: self.next,
            posting: PostingId(self.next),
            letter: LetterId(self.next),
            tags: (0..20).map(|nth| self.next + nth).collect(),
            intent_no: self.next,
            ..facts::fresh()
        };
        SaleFacts {
            house: House { fees: self.fees(), taxes: taxes(), ..counter(&[PAD], FLOAT).house },
            cart_id,
            performance_nos: vec![(PLAY, 77)],
            till: Some((SESSION, TillSession::opened(self.till, ANNA, FLOAT, &ask()))),
            on_pad: self.intents.values().find(busy).cloned(),
            refund: about.and_then(|id| self.facts(id)).map(Box::new),
            exchange: gives.and_then(|id| self.facts(id)).map(Box::new),
            fresh,
            cart,
            intent,
            ..counter(&[PAD], FLOAT)
        }
    }

    pub fn ask(&mut self, command: &Command) -> Result<(), Refusal> {
        let events = decide(&self.sale(command), command, &ask())?;
        for event in events {
            self.happened(event);
        }
        self.next += 20;
        self.books_agree();
        Ok(())
    }

    fn happened(&mut self, event: AnyEvent) {
        match event {
            AnyEvent::Cart(cart::Event::Opened(id, cart)) => {
                self.carts.insert(id, cart);
            }
            AnyEvent::Checkout(Event::Intent(key, intent)) => {
                self.intents.insert(key, intent);
            }
            AnyEvent::Checkout(Event::CartMoved { cart, state, intent, attempts, .. }) => {
                let row = self.carts.get_mut(&cart).unwrap();
                (row.state, row.intent, row.attempts) = (state, intent, attempts);
            }
            AnyEvent::Checkout(Event::BuyerNamed(cart, buyer, _)) => {
                self.carts.get_mut(&cart).unwrap().buyer = buyer;
            }
            AnyEvent::Checkout(Event::ExchangeLeft(cart)) => {
                self.carts.get_mut(&cart).unwrap().exchange = None;
            }
            AnyEvent::Checkout(Event::Sold { id, order, tickets }) => {
                self.carts.get_mut(&order.cart).unwrap().order = Some(id);
                self.orders.insert(id, order);
                for (id, ticket) in tickets {
                    let Place::Seat(seat) = ticket.place else { panic!("only seats here") };
                    assert_eq!(self.seats.get(&seat), Some(&None), "sold from a hold");
                    self.stands(id, ticket);
                }
            }
            AnyEvent::Checkout(Event::Exchanged { order, made, freed }) => {
                assert_eq!(freed.len(), made.tickets.len());
                let ended = ticket::State::Exchanged { at: made.at, to: made.to };
                made.tickets.iter().for_each(|id| self.ended(*id, ended));
                self.exchanges(order).made.push(made);
            }
            AnyEvent::Checkout(Event::Refunded { order, refund, freed }) => {
                assert_eq!(freed.len(), refund.tickets.len());
                let ended = ticket::State::Cancelled { at: NOW };
                refund.tickets.iter().for_each(|id| self.ended(*id, ended));
                let row = self.orders.get_mut(&order).unwrap();
                row.refunds.get_or_insert_default().made.push(refund);
            }
            AnyEvent::Checkout(Event::PaymentMade(order, made)) => {
                let row = self.orders.get_mut(&order).unwrap();
                row.payments.get_or_insert_default().made.push(made);
            }
            AnyEvent::Checkout(Event::RefundBegun(order, key)) => {
                let row = self.orders.get_mut(&order).unwrap();
                row.refunds.get_or_insert_default().newest = Some(key);
            }
            AnyEvent::Checkout(Event::PaymentBegun(..))
            | AnyEvent::Cart(cart::Event::Logged { .. })
            | AnyEvent::Till(till::Event::CardTaken(..) | till::Event::CardGivenBack(..)) => {}
            AnyEvent::Letter(_) => self.letters += 1,
            AnyEvent::Checkout(Event::Posted(id, posting)) => {
                assert!(id.0 >= self.next);
                self.post(&posting);
            }
            other => panic!("{other:?} is no part of an exchange"),
        }
    }

    fn exchanges(&mut self, order: OrderId) -> &mut Exchanges {
        self.orders.get_mut(&order).unwrap().exchanges.get_or_insert_default()
    }

    fn ended(&mut self, id: TicketId, state: ticket::State) {
        let known = self.tickets.get_mut(&id).unwrap();
        assert!(known.ticket.is_good(), "a ticket is given up once");
        known.ticket.state = state;
        let Place::Seat(seat) = known.ticket.place else { panic!("only seats here") };
        assert_eq!(self.seats.remove(&seat), Some(Some(id)), "its own seat is free again");
    }

    /// What the tickets of an order that are still good were sold for, with their fees.
    fn lines(&self, id: OrderId) -> Money {
        let fee = if id == ORDER { EACH - Money(2_000) } else { Money::ZERO };
        // What was asked for the exchange goes back with the last ticket.
        let asked: Money = match id {
            ORDER => Money::ZERO,
            _ => self.orders[&id].fees.iter().map(|fee| fee.amount.gross).sum(),
        };
        let standing = self.orders[&id].tickets.iter().map(|no| &self.tickets[no].ticket);
        let good = standing.filter(|ticket| ticket.is_good());
        let asked = if good.clone().count() > 0 { asked } else { Money::ZERO };
        good.map(|ticket| ticket.price + fee).sum::<Money>() + asked
    }

    /// What came back to an order from those that its tickets were exchanged for.
    fn regained(&self, id: OrderId) -> Money {
        let refunds = self.orders.values().flat_map(|order| &order.refunds);
        let all = refunds.flat_map(|refunds| &refunds.made);
        all.filter(|refund| refund.onward == Some(id)).map(|refund| refund.amount).sum()
    }

    /// Clearing is empty, each order owes its lines less its payments, no tender got back more than
    /// it paid, and drawer, cards and shop have what their tenders left there.
    fn books_agree(&self) {
        let sum: Money = self.balances.values().copied().sum();
        assert_eq!(sum, Money::ZERO);
        assert_eq!(self.balance(Account::TransferClearing, 0), Money::ZERO);
        let (mut drawer, mut cards, mut shop) = (FLOAT, Money::ZERO, Money::ZERO);
        for (id, order) in &self.orders {
            let tenders = self.facts(*id).unwrap().tenders();
            let mut kept = Money::ZERO;
            for one in &tenders {
                assert!(one.left() >= Money::ZERO, "order {id}: {one:?}");
                kept = kept + one.left();
                match one.means {
                    Means::Cash => drawer = drawer + one.left(),
                    Means::Pad { .. } => cards = cards + one.left(),
                    Means::Online { .. } => shop = shop + one.left(),
                    Means::Order { .. } => {}
                }
            }
            let back: Money = tenders.iter().map(|one| one.back).sum();
            assert_eq!(back, order.refunded(), "order {id}: each refund has its tender");
            let made = order.exchanges.iter().flat_map(|all| &all.made);
            let moved: Money = made.map(|one| one.moved).sum();
            let kept = kept - moved + self.regained(*id);
            assert_eq!(self.owed(*id), self.lines(*id) - kept, "order {id}");
            assert!(kept >= Money::ZERO && moved >= self.regained(*id), "order {id}");
        }
        assert_eq!((self.drawer(), self.cards(), self.web()), (drawer, cards, shop));
        assert!(self.drawer() >= Money::ZERO && self.cards() >= Money::ZERO);
        for cart in self.carts.values().filter(|cart| cart.state == CartState::CheckingOut) {
            let facts = cart.exchange.as_ref().and_then(|one| self.facts(one.order));
            let stands = cart.exchange.as_ref().zip(facts).is_none_or(|(one, all)| {
                fits(one, &all) || all.tickets.iter().any(|known| known.used)
            });
            assert!(stands, "what pays for a sale stays while a card pays the rest");
        }
    }

    /// What the house asks for an exchange, taxed as tickets are.
    fn fees(&self) -> Vec<Fee> {
        let (name, amount) = ("Exchange fee".to_owned(), self.fee);
        vec![Fee { no: 7, name, per: Per::Exchange, amount, taxed: true }]
    }

    // what somebody does

    pub fn wanted(&self, order: OrderId, tickets: &[u64]) -> Wanted {
        let tickets: Vec<TicketId> = tickets.iter().map(|no| TicketId(*no)).collect();
        let row = &self.orders[&order];
        let all: Vec<_> =
            row.tickets.iter().map(|id| (*id, self.tickets[id].ticket.clone())).collect();
        let shown = refund::quote(row, &all, &tickets).amount;
        Wanted { order, tickets, reason: "Wants to sit nearer".to_owned(), shown }
    }

    /// The same to go back: what the first tender gets.
    fn back(&self, order: OrderId, tickets: &[u64]) -> Wanted {
        let wanted = self.wanted(order, tickets);
        let shares = self.facts(order).unwrap().shares(&wanted.tickets);
        let shown = shares.first().map_or(Money::ZERO, |share| share.amount);
        Wanted { shown, ..wanted }
    }

    /// Begins the exchange of these tickets and takes a seat at each of these prices.
    pub fn exchange(
        &mut self,
        order: OrderId,
        tickets: &[u64],
        prices: &[i64],
    ) -> Result<CartId, Refusal> {
        let id = CartId(self.next);
        let wanted = self.wanted(order, tickets);
        self.ask(&Command::Exchange(match self.no_fee {
            true => exchange::Command::BeginWithoutFee(wanted),
            false => exchange::Command::Begin(wanted),
        }))?;
        self.take(id, prices);
        Ok(id)
    }

    pub fn take(&mut self, id: CartId, prices: &[i64]) {
        for minor in prices {
            let seat = SeatNo(u32::try_from(self.next).unwrap());
            self.next += 1;
            self.seats.insert(seat, None);
            let row = self.carts.get_mut(&id).unwrap();
            let no = row.next_line;
            row.next_line += 1;
            row.lines.push(line(no, seat.0, *minor));
        }
    }

    pub fn due(&self, id: CartId) -> Money {
        self.carts[&id].due()
    }

    pub fn cash(&mut self, id: CartId) -> Result<OrderId, Refusal> {
        let shown = self.due(id);
        self.cash_given(id, shown, shown)
    }

    pub fn cash_given(
        &mut self,
        cart: CartId,
        given: Money,
        shown: Money,
    ) -> Result<OrderId, Refusal> {
        let order = OrderId(self.next);
        let buyer = self.carts[&cart].buyer.clone();
        self.ask(&Command::Cash { cart, buyer, given, shown })?;
        Ok(order)
    }

    /// A card begins to pay what is due beside this much cash.
    pub fn card(&mut self, cart: CartId, minor: i64) -> Result<Key, Refusal> {
        self.card_pays(cart, Money(minor), None)
    }

    /// A card begins to pay a first part.
    pub fn card_part(&mut self, cart: CartId, minor: i64) -> Result<Key, Refusal> {
        let (amount, due) = (Money(minor), None);
        self.card_pays(cart, Money::ZERO, Some(Deposit { amount, due }))
    }

    fn card_pays(
        &mut self,
        cart: CartId,
        cash: Money,
        deposit: Option<Deposit>,
    ) -> Result<Key, Refusal> {
        let (pad, shown, baseline) = (PAD, self.due(cart), None);
        let buyer = self.carts[&cart].buyer.clone();
        self.ask(&Command::Pad(Pad::Begin { cart, pad, buyer, shown, baseline, cash, deposit }))?;
        let key = self.carts[&cart].intent.unwrap();
        self.ask(&Command::Pad(Pad::Send(key)))?;
        Ok(key)
    }

    /// A first part in cash.
    pub fn part(&mut self, cart: CartId, minor: i64) -> Result<OrderId, Refusal> {
        let (order, shown, given) = (OrderId(self.next), self.due(cart), Money(minor));
        let buyer = self.carts[&cart].buyer.clone();
        let deposit = Deposit { amount: given, due: None };
        self.ask(&Command::Deposit { cart, buyer, given, shown, deposit })?;
        Ok(order)
    }

    /// Pays something of what an order owes in cash.
    pub fn pay(&mut self, order: OrderId, minor: i64) -> Result<(), Refusal> {
        let (amount, given) = (Money(minor), Money(minor));
        let wanted = payment::Wanted { order, amount, shown: self.owed(order) };
        self.ask(&Command::Payment(payment::Command::Cash { wanted, given }))
    }

    /// The same at the pad, as far as its approval.
    pub fn pay_card(&mut self, order: OrderId, minor: i64) -> Result<Key, Refusal> {
        let (amount, pad, baseline) = (Money(minor), PAD, None);
        let wanted = payment::Wanted { order, amount, shown: self.owed(order) };
        self.ask(&Command::Payment(payment::Command::AtPad { wanted, pad, baseline }))?;
        self.begun()
    }

    /// What was just begun at the pad is approved.
    fn begun(&mut self) -> Result<Key, Refusal> {
        let open = self.intents.iter().find(|(_, intent)| intent.state == State::Created);
        let key = *open.unwrap().0;
        self.ask(&Command::Pad(Pad::Send(key)))?;
        self.approve(key)?;
        Ok(key)
    }

    pub fn approve(&mut self, intent: Key) -> Result<(), Refusal> {
        let outcome = Outcome::Approved(self.booking(intent));
        self.ask(&Command::Pad(Pad::Ended { intent, outcome }))
    }

    pub fn booking(&self, intent: Key) -> Booking {
        let amount = Some(self.intents[&intent].amount);
        Booking { amount, trace: Some(9), ..Booking::default() }
    }

    pub fn done(&mut self, intent: Key) -> Result<(), Refusal> {
        self.ask(&Command::Pad(Pad::Done(intent)))
    }

    pub fn state(&self, intent: Key) -> State {
        self.intents[&intent].state
    }

    /// Gives tickets back, or what is owed, out of the drawer.
    pub fn refund(&mut self, order: OrderId, tickets: &[u64]) -> Result<(), Refusal> {
        let wanted = self.back(order, tickets);
        self.ask(&Command::Refund(refund::Command::Cash(wanted)))
    }

    /// The same through the gateway, as far as its intent.
    pub fn refund_online(&mut self, order: OrderId, tickets: &[u64]) -> Result<Key, Refusal> {
        let wanted = self.back(order, tickets);
        self.ask(&Command::Refund(refund::Command::Online(wanted)))?;
        let newest = |order: &Order| order.refunds.as_ref()?.newest;
        newest(&self.orders[&order]).ok_or(Refusal::NotFound)
    }

    /// The gateway has given it back.
    pub fn gave_back(&mut self, intent: Key) -> Result<(), Refusal> {
        let (approval, reference) = (String::new(), "r-9".to_owned());
        self.ask(&Command::Answered(intent, Answer::Approved { approval, reference }))
    }

    /// What card clearing has of the gateway.
    pub fn web(&self) -> Money {
        self.balance(Account::CardClearing, GATEWAY_BATCH)
    }

    pub fn total(&self, order: OrderId) -> Money {
        self.orders[&order].total
    }

    /// The same at the pad, as far as its approval.
    pub fn refund_card(&mut self, order: OrderId, tickets: &[u64]) -> Result<Key, Refusal> {
        let wanted = self.back(order, tickets);
        let refund = refund::Command::AtPad { wanted, baseline: None, voids: false };
        self.ask(&Command::Refund(refund))?;
        self.begun()
    }

    pub fn tickets_of(&self, order: OrderId) -> Vec<u64> {
        self.orders[&order].tickets.iter().map(|id| id.0).collect()
    }

    pub fn good(&self, order: OrderId) -> usize {
        let good = |id: &&TicketId| self.tickets[*id].ticket.is_good();
        self.orders[&order].tickets.iter().filter(good).count()
    }
}
