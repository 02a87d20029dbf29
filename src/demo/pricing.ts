/** How the demo's checkout service prices a cart, in its two versions. Version 2 has a defect, and that is its job. */

interface Line {
  sku: string;
  quantity: number;
  unit_cents: number;
}

export interface Cart {
  lines: Line[];
  coupon?: string;
  country: string;
  /** Absent when somebody buys without an account. */
  customer?: { id: string; tier: string };
}

/** What version 2 takes a cart to be: its author only ever tried it signed in. */
interface MemberCart extends Cart {
  customer: { id: string; tier: string };
}

export interface Price {
  subtotal_cents: number;
  discount_cents: number;
  shipping_cents: number;
  tax_cents: number;
  total_cents: number;
}

const COUPON_PERCENT: Record<string, number> = { WELCOME5: 5, AUTUMN10: 10, LOYAL15: 15 };
const TIER_PERCENT: Record<string, number> = { basic: 0, silver: 2, gold: 4 };
const TAX_PERCENT: Record<string, number> = { DE: 19, FR: 20, AT: 20, NL: 21 };
const FREE_SHIPPING_FROM_CENTS = 5_000;
const SHIPPING_CENTS = 490;

function priceWith(cart: Cart, discountPercent: number): Price {
  const subtotal = cart.lines.reduce((sum, line) => sum + line.quantity * line.unit_cents, 0);
  const discount = Math.round((subtotal * Math.min(discountPercent, 50)) / 100);
  const goods = subtotal - discount;
  const shipping = goods >= FREE_SHIPPING_FROM_CENTS ? 0 : SHIPPING_CENTS;
  const tax = Math.round(((goods + shipping) * (TAX_PERCENT[cart.country] ?? 0)) / 100);
  return {
    subtotal_cents: subtotal,
    discount_cents: discount,
    shipping_cents: shipping,
    tax_cents: tax,
    total_cents: goods + shipping + tax,
  };
}

const couponPercent = (cart: Cart): number => COUPON_PERCENT[cart.coupon ?? ""] ?? 0;

function priceVersion1(cart: Cart): Price {
  return priceWith(cart, couponPercent(cart));
}

/** Adds the discount for members, and with it the defect: a guest's cart has no customer to ask for a tier. */
function priceVersion2(cart: MemberCart): Price {
  const memberPercent = TIER_PERCENT[cart.customer.tier.toLowerCase()] ?? 0;
  return priceWith(cart, couponPercent(cart) + memberPercent);
}

export type Version = "1" | "2";

/** Prices what a request's body says; as in any service that trusts its JSON, the cart's type is only asserted. */
export const PRICING: Record<Version, (body: unknown) => Price> = {
  "1": (body) => priceVersion1(body as Cart),
  "2": (body) => priceVersion2(body as MemberCart),
};

export function isVersion(value: unknown): value is Version {
  return value === "1" || value === "2";
}

/** Whether a body has the outer form of a cart; what is not one is the caller's mistake (400). */
export function isCart(body: unknown): body is Cart {
  if (typeof body !== "object" || body === null) return false;
  const { lines, country } = body as Partial<Cart>;
  return (
    typeof country === "string" &&
    Array.isArray(lines) &&
    lines.length > 0 &&
    lines.length <= 100 &&
    lines.every(isLine)
  );
}

function isLine(line: unknown): line is Line {
  if (typeof line !== "object" || line === null) return false;
  const { sku, quantity, unit_cents } = line as Partial<Line>;
  return typeof sku === "string" && isCount(quantity, 1_000) && isCount(unit_cents, 10_000_000);
}

const isCount = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
