/** Okabe and Ito's colours, told apart with any colour vision; the same that the server's pictures give to the readings' letters. */
const colors = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7'] as const;

export const letterColor = (letter: string): string => colors[Math.max(0, letter.charCodeAt(0) - 65) % colors.length] ?? colors[0];
