using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class StoreSweep : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "UnnamedSince",
                table: "stored_object",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Result",
                table: "job",
                type: "character varying(1000)",
                maxLength: 1000,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "UnnamedSince",
                table: "stored_object");

            migrationBuilder.DropColumn(
                name: "Result",
                table: "job");
        }
    }
}
