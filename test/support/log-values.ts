/** Values for made log lines, the same in every run. */
let state = 7;
export const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
export const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
export const pick = (...items: Array<string | number>) => items[Math.floor(random() * items.length)] ?? "";
export const hex = (length: number) => Array.from({ length }, () => whole(0, 15).toString(16)).join("");
export const ip = () => `10.${whole(0, 250)}.${whole(0, 250)}.${whole(1, 250)}`;
export const uuid = () => [8, 4, 4, 4, 12].map(hex).join("-");
export const life = () => pick("<1 sec", `00:0${whole(1, 9)}`, `0${whole(0, 9)}:${whole(10, 59)}`);
export const size = () => `${whole(1, 900)}.${whole(0, 9)} ${pick("B", "KB", "MB", "GB")}`;
const HOSTS =
  "proxy.cse.cuhk.edu.hk:5070 www.example.com:443 p3p.example.com:80 183.62.156.108:22 dl.example.com:443 wx.example.cn:443 a.example.net:80 b.example.net:80 c.example.net:443".split(
    " ",
  );
export const host = () => pick(...HOSTS);

/** How often a statement writes among two thousand lines, and what it writes. */
export type Statement = readonly [weight: number, write: () => string];
